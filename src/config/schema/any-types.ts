import type { DescMessage } from "@bufbuild/protobuf";
import type { DescriptorStore } from "../decode/descriptor-store.js";

/** Packages whose messages are meant for an `Any`. */
const PACKAGES = /^(?:envoy\.extensions|envoy\.config|envoy\.type\.matcher\.v3|xds\.type\.matcher\.v3|sluice)\./;
const WRAPPED =
  /^(?:(?:xds\.type\.v3|udpa\.type\.v1)\.TypedStruct|google\.protobuf\.(?:\w+Value|Struct|Value|Duration|Empty))$/;
/** A part of others, and an action of generic matchers by itself. */
const ACTIONS: ReadonlySet<string> = new Set([
  "envoy.config.route.v3.Route",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager.ForwardClientCertConfig",
]);
/** Messages that only stand in for another one, most at a route, do not make that one a part. */
const STAND_IN = /PerRoute|Overrides?$|^EnvoyMobile/;

/**
 * The messages that a `typed_config` may be expected to hold: top messages that no other message of their package
 * contains. An `Any` may hold every other message as well; nobody writes those.
 */
export function anyTypes(descriptors: DescriptorStore): DescMessage[] {
  const all = [...descriptors.typeNames()].filter((name) => PACKAGES.test(name) || WRAPPED.test(name));
  const messages = all.map((name) => descriptors.requireMessage(name));
  const parts = new Set(messages.filter(({ name }) => !STAND_IN.test(name)).flatMap(partsOf));
  const isMeant = (name: string): boolean => !parts.has(name) || WRAPPED.test(name);
  return messages
    .filter(({ parent, typeName }) => ACTIONS.has(typeName) || (parent === undefined && isMeant(typeName)))
    .sort((a, b) => (a.typeName < b.typeName ? -1 : 1));
}

/** Names of the messages of the same package in a message's fields; not its own. */
function partsOf(message: DescMessage): string[] {
  const own = message.fields.flatMap((field) => (field.message === undefined ? [] : [field.message]));
  const samePackage = own.filter((inner) => inner.file.proto.package === message.file.proto.package);
  const inNested = message.nestedMessages.flatMap(partsOf);
  return [...samePackage.map(({ typeName }) => typeName), ...inNested].filter((name) => name !== message.typeName);
}

/** Fields that take one kind of extensions only, by the message around them, and the packages of that kind. */
const KINDS: Readonly<Record<string, string>> = {
  "envoy.config.listener.v3.Filter": "envoy.extensions.filters.network.",
  "envoy.config.listener.v3.ListenerFilter": "envoy.extensions.filters.listener.",
  "envoy.config.core.v3.TransportSocket": "envoy.extensions.transport_sockets.",
  "envoy.config.accesslog.v3.AccessLog": "envoy.extensions.access_loggers.",
  "envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter": "envoy.extensions.filters.http.",
};

/** The packages that the `typed_config` of a message is from; empty for any. */
export function extensionKindOf(message: DescMessage): string {
  return KINDS[message.typeName] ?? "";
}
