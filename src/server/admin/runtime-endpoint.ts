import type { RuntimeValue } from "../../common/runtime.js";
import { type AdminEndpoint, type AdminResponse, jsonResponse } from "./admin-endpoint.js";

/** One layer of the runtime; later ones override earlier ones. */
export interface RuntimeLayer {
  readonly name: string;
  readonly values: Readonly<Record<string, RuntimeValue>>;
}

/** `/runtime`: every key with its value in each layer, and the one that counts. */
export class RuntimeEndpoint implements AdminEndpoint {
  readonly path = "/runtime";
  readonly help = "print runtime values";
  readonly mutates = false;
  readonly parameters = [];
  private readonly layers: readonly RuntimeLayer[];

  constructor(layers: readonly RuntimeLayer[]) {
    this.layers = layers;
  }

  handle(): AdminResponse {
    const keys = new Set(this.layers.flatMap(({ values }) => Object.keys(values)));
    const entries = [...keys].sort().map((key) => {
      const texts = this.layers.map(({ values }) => textOf(values[key]));
      return [key, { layer_values: texts, final_value: texts.findLast((text) => text !== "") ?? "" }] as const;
    });
    return jsonResponse({ layers: this.layers.map(({ name }) => name), entries: Object.fromEntries(entries) });
  }
}

function textOf(value: RuntimeValue | undefined): string {
  if (value === undefined) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
