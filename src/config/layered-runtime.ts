import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { FractionalPercent, RuntimeValue, RuntimeValues } from "../common/runtime.js";
import type {
  LayeredRuntime,
  RuntimeLayer,
  RuntimeLayer_AdminLayer,
} from "../gen/envoy/config/bootstrap/v3/bootstrap_pb.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import type { RuntimeConfig, RuntimeLayerConfig } from "./runtime-config.js";
import { PERCENT_DENOMINATORS } from "./runtime-fraction.js";

export const LAYERED_RUNTIME_FIELDS: MessageTable = implemented<LayeredRuntime>(
  "envoy.config.bootstrap.v3.LayeredRuntime",
  {
    // Layers of files and of a management server are warnings: what they would override keeps its configured value.
    layers: implemented<RuntimeLayer>("envoy.config.bootstrap.v3.RuntimeLayer", {
      name: true,
      static_layer: true,
      // Empty until somebody writes into it, and nobody can.
      admin_layer: implemented<RuntimeLayer_AdminLayer>("envoy.config.bootstrap.v3.RuntimeLayer.AdminLayer", {}),
    }),
  },
);

/** Static layers, later ones over earlier ones, with nested structs as keys with dots. */
export function convertLayeredRuntime(
  message: LayeredRuntime | undefined,
  context: ConversionContext,
): Pick<RuntimeConfig, "runtime" | "runtimeLayers"> {
  const layers: RuntimeLayerConfig[] = [];
  const names = new Set<string>();
  const firstAdminLayer = message?.layers.find(({ layerSpecifier }) => layerSpecifier.case === "adminLayer");
  for (const layer of message?.layers ?? []) {
    if (names.has(layer.name)) context.error(layer, "name", `there is another layer "${layer.name}"`);
    names.add(layer.name);
    const { layerSpecifier: specifier } = layer;
    if (specifier.case === "adminLayer" && layer !== firstAdminLayer) {
      context.error(layer, "adminLayer", "there is another admin layer, and only one is possible");
    }
    const values = specifier.case === "staticLayer" ? flattenRuntime(specifier.value) : {};
    layers.push({ name: layer.name, values });
  }
  const runtime: RuntimeValues = Object.assign({}, ...layers.map(({ values }) => values));
  return { runtime, runtimeLayers: layers };
}

/** The keys of a layer: those of nested structs joined by dots. */
export function flattenRuntime(struct: JsonObject): RuntimeValues {
  const values = new Map<string, RuntimeValue>();
  flatten(struct, "", values);
  return Object.fromEntries(values);
}

function flatten(struct: JsonObject, prefix: string, values: Map<string, RuntimeValue>): void {
  for (const [key, value] of Object.entries(struct)) {
    const path = prefix === "" ? key : `${prefix}.${key}`;
    const fraction = fractionOf(value);
    if (fraction !== null) values.set(path, fraction);
    else if (isStruct(value)) flatten(value, path, values);
    else if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
      values.set(path, value);
    }
  }
}

function isStruct(value: JsonValue): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A struct that is a `FractionalPercent` in JSON stands for itself and not for keys. */
function fractionOf(value: JsonValue): FractionalPercent | null {
  if (!isStruct(value)) return null;
  const { numerator = 0, denominator = "HUNDRED", ...others } = value;
  if (value.numerator === undefined && value.denominator === undefined) return null;
  if (Object.keys(others).length > 0 || typeof numerator !== "number" || typeof denominator !== "string") return null;
  const whole = PERCENT_DENOMINATORS[denominator];
  return whole === undefined ? null : { numerator, denominator: whole };
}
