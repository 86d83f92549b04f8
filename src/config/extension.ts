import type { DescMessage, Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { TypedExtensionConfig } from "../gen/envoy/config/core/v3/extension_pb.js";
import type { ConversionContext } from "./conversion-context.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";

/** How one extension of a kind (network filters, HTTP filters, access loggers ...) is configured. */
export interface Extension<Config> {
  /** The name that Envoy's documentation uses; only a hint, since the type decides. */
  readonly name: string;
  /** What of its message is implemented; its `typeName` is what the extension is found by. */
  readonly table: MessageTable;
  /** Null when it has reported an error. */
  convert(message: Message, context: ConversionContext): Config | null;
}

/** Ties a converter that takes the generated type to the table of that type. */
export function extension<M extends Message, Config>(
  name: string,
  table: MessageTable<M["$typeName"]>,
  convert: (message: M, context: ConversionContext) => Config | null,
): Extension<Config> {
  return { name, table, convert: (message, context) => convert(message as M, context) };
}

/** Message and field through which a configuration names an extension. */
interface ExtensionOwner extends Message {
  readonly name: string;
  readonly configType: { readonly case: string | undefined; readonly value?: unknown };
}

/** A found extension with the message that configures it. */
export interface ResolvedExtension<Config> {
  readonly extension: Extension<Config>;
  readonly message: Message;
}

/**
 * Finds the extension that a `typed_config` asks for by the type of its message, as Envoy does: the `name` beside it is
 * free text. Null with an error when there is none, or with a warning when it may be left out.
 *
 * @param leftOut why it may be, as the end of a sentence; empty when it may not
 */
export function resolveExtension<Config>(
  context: ConversionContext,
  owner: ExtensionOwner,
  kind: string,
  registry: readonly Extension<Config>[],
  leftOut = "",
): ResolvedExtension<Config> | null {
  const { configType } = owner;
  if (configType.case === "configDiscovery") {
    context.notImplemented(owner, "configDiscovery", `discovery of this ${kind}'s configuration`);
    return null;
  }
  if (configType.case !== "typedConfig") {
    reportMissingConfig(context, owner, kind, registry);
    return null;
  }
  return findExtension(context, owner.name, configType.value as Any, kind, registry, leftOut);
}

/** The table of a `TypedExtensionConfig` that may hold these messages. */
export function typedExtensionFields(tables: () => readonly MessageTable[]): MessageTable {
  return implemented<TypedExtensionConfig>("envoy.config.core.v3.TypedExtensionConfig", {
    name: true,
    typed_config: extensions(tables),
  });
}

/** Converts the extension that a `TypedExtensionConfig` asks for; null when an error was reported. */
export function convertTypedExtension<Config>(
  context: ConversionContext,
  owner: Pick<TypedExtensionConfig, "name" | "typedConfig">,
  kind: string,
  registry: readonly Extension<Config>[],
): Config | null {
  // Its absence breaks a constraint of the proto and has been reported.
  if (owner.typedConfig === undefined) return null;
  const resolved = findExtension(context, owner.name, owner.typedConfig, kind, registry, "");
  return resolved === null ? null : resolved.extension.convert(resolved.message, context);
}

function findExtension<Config>(
  context: ConversionContext,
  name: string,
  any: Any,
  kind: string,
  registry: readonly Extension<Config>[],
  leftOut: string,
): ResolvedExtension<Config> | null {
  const unpacked = context.unpack(any);
  if (unpacked === null) return null;
  const found = registry.find((candidate) => candidate.table.typeName === unpacked.desc.typeName);
  if (found !== undefined) return { extension: found, message: unpacked.message };
  const text = `the ${kind} ${extensionTitle(name, unpacked.desc)} is known but not implemented by Sluice yet`;
  if (leftOut !== "") context.noEffect(any, null, `${text}; ${leftOut}`);
  else context.unavailable(any, null, text, knownExtensions(registry));
  return null;
}

function reportMissingConfig<Config>(
  context: ConversionContext,
  owner: ExtensionOwner,
  kind: string,
  registry: readonly Extension<Config>[],
): void {
  // In v2 the names were shorter: `envoy.router`.
  const ending = `.${owner.name.replace(/^envoy\./, "")}`;
  const named = registry.find(({ name }) => name === owner.name || name.endsWith(ending));
  const typeName = named?.table.typeName ?? "<full name of the message>";
  const hint = `add \`typed_config: { "@type": type.googleapis.com/${typeName} }\``;
  const text = `the ${kind} "${owner.name}" has no \`typed_config\`: its type says which ${kind} it is`;
  context.error(owner, "configType", text, hint);
}

function extensionTitle(name: string, desc: DescMessage): string {
  return name === "" ? `\`${desc.typeName}\`` : `"${name}" (\`${desc.typeName}\`)`;
}

function knownExtensions<Config>(registry: readonly Extension<Config>[]): string {
  const names = registry.map((candidate) => candidate.name).join(", ");
  return names === "" ? "" : `implemented: ${names}`;
}
