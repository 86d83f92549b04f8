import type { JsonObject, JsonValue } from "@bufbuild/protobuf";
import type { LoadedBootstrap } from "./bootstrap.js";
import { MessageJson } from "./message-json.js";

const ADMIN = "type.googleapis.com/envoy.admin.v3";
const MANAGER_TYPE =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";

/** `envoy.admin.v3.ConfigDump` as JSON: what the process was started with, in Envoy's parts and order. */
export interface ConfigDump {
  readonly configs: readonly ConfigPart[];
}

/** One part, by its `@type`. */
export type ConfigPart = { readonly "@type": string } & JsonObject;

/** @param loadedAt when the configuration was read */
export function dumpConfig(loaded: Pick<LoadedBootstrap, "bootstrap" | "sourceMap">, loadedAt: Date): ConfigDump {
  const message = asObject(new MessageJson(loaded.sourceMap).write(loaded.bootstrap));
  const lastUpdated = loadedAt.toISOString();
  const resources = objectAt(message, "static_resources");
  const listeners = listAt(resources, "listeners");
  const entries = (name: string, items: readonly JsonValue[], type: string): JsonObject[] =>
    items.map((item) => ({ [name]: { "@type": type, ...asObject(item) }, last_updated: lastUpdated }));
  const routes = listeners.flatMap(routeConfigsOf);
  const clusters = entries(
    "cluster",
    listAt(resources, "clusters"),
    "type.googleapis.com/envoy.config.cluster.v3.Cluster",
  );
  const secrets = listAt(resources, "secrets").map((secret) => ({
    name: asObject(secret).name ?? "",
    last_updated: lastUpdated,
    secret: {
      "@type": "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret",
      ...asObject(secret),
    },
  }));
  return {
    configs: [
      { "@type": `${ADMIN}.BootstrapConfigDump`, bootstrap: message, last_updated: lastUpdated },
      part("ClustersConfigDump", "static_clusters", clusters),
      part(
        "ListenersConfigDump",
        "static_listeners",
        entries("listener", listeners, "type.googleapis.com/envoy.config.listener.v3.Listener"),
      ),
      part("ScopedRoutesConfigDump", "", []),
      part(
        "RoutesConfigDump",
        "static_route_configs",
        entries("route_config", routes, "type.googleapis.com/envoy.config.route.v3.RouteConfiguration"),
      ),
      part("SecretsConfigDump", "static_secrets", secrets),
    ],
  };
}

/** Proto JSON leaves out what is empty. */
function part(type: string, field: string, items: readonly JsonObject[]): ConfigPart {
  const head = { "@type": `${ADMIN}.${type}` };
  return items.length === 0 ? head : { ...head, [field]: [...items] };
}

/** The route tables that stand in the connection managers of a listener. */
function routeConfigsOf(listener: JsonValue): JsonValue[] {
  const message = asObject(listener);
  const chains = [...listAt(message, "filter_chains"), message.default_filter_chain ?? {}];
  return chains
    .flatMap((chain) => listAt(asObject(chain), "filters"))
    .map((filter) => objectAt(asObject(filter), "typed_config"))
    .filter((config) => config["@type"] === MANAGER_TYPE && config.route_config !== undefined)
    .map((config) => config.route_config ?? {});
}

function asObject(value: JsonValue): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}

function objectAt(object: JsonObject, field: string): JsonObject {
  return asObject(object[field] ?? {});
}

function listAt(object: JsonObject, field: string): readonly JsonValue[] {
  const value = object[field];
  return Array.isArray(value) ? value : [];
}
