import type {
  ScopedRouteConfiguration,
  ScopedRouteConfiguration_Key as ScopeKey,
  ScopedRouteConfiguration_Key_Fragment as ScopeKeyFragment,
} from "../gen/envoy/config/route/v3/scoped_route_pb.js";
import type {
  ScopedRoutes_ScopeKeyBuilder_FragmentBuilder as FragmentBuilder,
  ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor as HeaderValueExtractor,
  ScopedRoutes_ScopeKeyBuilder_FragmentBuilder_HeaderValueExtractor_KvElement as KeyValueElement,
  ScopedRouteConfigurationsList,
  ScopedRoutes,
  ScopedRoutes_ScopeKeyBuilder as ScopeKeyBuilder,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import { scopeKey } from "../route/scoped-routes.js";
import type { ScopeConfig, ScopedRoutesConfig, ScopeFragmentConfig } from "../route/scoped-routes-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { headerKey } from "./header-key.js";
import { ignored, implemented, type MessageTable } from "./implemented-fields.js";
import { convertRouteConfig, ROUTE_CONFIGURATION_FIELDS } from "./route-config.js";

const PACKAGE = "envoy.extensions.filters.network.http_connection_manager.v3";
const BUILDER = `${PACKAGE}.ScopedRoutes.ScopeKeyBuilder` as const;
const KEY = "envoy.config.route.v3.ScopedRouteConfiguration.Key";

const EXTRACTOR_FIELDS = implemented<HeaderValueExtractor>(`${BUILDER}.FragmentBuilder.HeaderValueExtractor`, {
  name: true,
  element_separator: true,
  index: true,
  element: implemented<KeyValueElement>(`${BUILDER}.FragmentBuilder.HeaderValueExtractor.KvElement`, {
    separator: true,
    key: true,
  }),
});

const SCOPE_FIELDS = implemented<ScopedRouteConfiguration>("envoy.config.route.v3.ScopedRouteConfiguration", {
  name: true,
  // The converter warns about it.
  route_configuration_name: true,
  route_configuration: ROUTE_CONFIGURATION_FIELDS,
  key: implemented<ScopeKey>(KEY, {
    fragments: implemented<ScopeKeyFragment>(`${KEY}.Fragment`, { string_key: true }),
  }),
});

export const SCOPED_ROUTES_FIELDS: MessageTable = implemented<ScopedRoutes>(`${PACKAGE}.ScopedRoutes`, {
  name: true,
  scope_key_builder: implemented<ScopeKeyBuilder>(BUILDER, {
    fragments: implemented<FragmentBuilder>(`${BUILDER}.FragmentBuilder`, { header_value_extractor: EXTRACTOR_FIELDS }),
  }),
  scoped_route_configurations_list: implemented<ScopedRouteConfigurationsList>(
    `${PACKAGE}.ScopedRouteConfigurationsList`,
    { scoped_route_configurations: SCOPE_FIELDS },
  ),
  scoped_rds: ignored("scopes of a management server will be missing, and their requests get a 404"),
  rds_config_source: ignored("route tables of a management server will be missing"),
});

/** Route tables by scope, as far as they stand in the bootstrap. */
export function convertScopedRoutes(message: ScopedRoutes, context: ConversionContext): ScopedRoutesConfig {
  const { scopeKeyBuilder, configSpecifier } = message;
  const fragments = (scopeKeyBuilder?.fragments ?? []).map((fragment) => convertFragment(fragment, context));
  const listed =
    configSpecifier.case === "scopedRouteConfigurationsList" ? configSpecifier.value.scopedRouteConfigurations : [];
  const scopes = listed
    .map((scope) => convertScope(scope, fragments.length, context))
    .filter((scope) => scope !== null);
  checkUnique(listed, context);
  // What is left out here has reported an error.
  return { fragments: fragments.filter((fragment) => fragment !== null), scopes };
}

function convertFragment(message: FragmentBuilder, context: ConversionContext): ScopeFragmentConfig | null {
  // Its absence, and that of an extraction, breaks a constraint of the proto and has been reported.
  if (message.type.case === undefined) return null;
  const extractor = message.type.value;
  const { name, elementSeparator, extractType } = extractor;
  const header = headerKey(name);
  switch (extractType.case) {
    case "index":
      if (elementSeparator === "" && extractType.value > 0) {
        context.error(extractor, "index", "there is only one element without an `element_separator`");
      }
      return { header, elementSeparator, extract: { kind: "index", index: extractType.value } };
    case "element": {
      const { separator, key } = extractType.value;
      return { header, elementSeparator, extract: { kind: "element", separator, key } };
    }
    case undefined:
      return null;
  }
}

function convertScope(
  message: ScopedRouteConfiguration,
  fragments: number,
  context: ConversionContext,
): ScopeConfig | null {
  const key = keyOf(message);
  if (message.key !== undefined && key.length !== fragments) {
    context.error(message, "key", `has ${key.length} fragments, but \`scope_key_builder\` makes ${fragments}`);
  }
  if (message.routeConfiguration !== undefined) {
    return { key, routes: convertRouteConfig(message.routeConfiguration, context) };
  }
  const text = "discovery of routes (RDS) is known but not implemented by Sluice yet: requests of this scope get a 404";
  context.noEffect(message, message.routeConfigurationName === "" ? null : "routeConfigurationName", text);
  return null;
}

function keyOf(message: ScopedRouteConfiguration): string[] {
  return (message.key?.fragments ?? []).map(({ type }) => type.value ?? "");
}

function checkUnique(messages: readonly ScopedRouteConfiguration[], context: ConversionContext): void {
  const keys = new Map<string, string>();
  for (const message of messages) {
    const key = scopeKey(keyOf(message));
    const other = keys.get(key);
    if (other === undefined) keys.set(key, message.name);
    else context.error(message, "key", `the scope "${other}" has the same key`);
  }
}
