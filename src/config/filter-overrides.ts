import type { Message } from "@bufbuild/protobuf";
import type { Any } from "@bufbuild/protobuf/wkt";
import type { FilterConfig } from "../gen/envoy/config/route/v3/route_components_pb.js";
import type { FilterOverrideConfig } from "../route/filter-override-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { HTTP_FILTERS, type HttpFilterExtension } from "./http-filter-registry.js";
import { type Extensions, extensions, implemented, type MessageTable } from "./implemented-fields.js";

const FILTER_CONFIG = "envoy.config.route.v3.FilterConfig";

function routeTables(): MessageTable[] {
  return HTTP_FILTERS.flatMap(({ routeConfig }) => (routeConfig === null ? [] : [routeConfig.table]));
}

const FILTER_CONFIG_FIELDS = implemented<FilterConfig>(FILTER_CONFIG, {
  config: extensions(routeTables),
  is_optional: true,
  disabled: true,
});

/** `typed_per_filter_config` of any level. */
export const FILTER_OVERRIDES: Extensions = extensions(() => [FILTER_CONFIG_FIELDS, ...routeTables()]);

/** Route configuration, virtual host, route and weighted cluster. */
interface FilterOverrideOwner extends Message {
  readonly typedPerFilterConfig: { readonly [name: string]: Any };
}

/** What a level says of HTTP filters. What cannot be used has reported an error or a warning and is left out. */
export function convertFilterOverrides(
  message: FilterOverrideOwner,
  context: ConversionContext,
  filters: readonly HttpFilterExtension[] = HTTP_FILTERS,
): FilterOverrideConfig[] {
  const overrides: FilterOverrideConfig[] = [];
  for (const [name, any] of Object.entries(message.typedPerFilterConfig)) {
    const override = convertOverride(name, any, context, filters);
    if (override !== null) overrides.push(override);
  }
  return overrides;
}

function convertOverride(
  name: string,
  any: Any,
  context: ConversionContext,
  filters: readonly HttpFilterExtension[],
): FilterOverrideConfig | null {
  const unpacked = context.unpack(any);
  if (unpacked === null) return null;
  if (unpacked.desc.typeName !== FILTER_CONFIG) {
    return refuseLeftOut(name, any, context) ? null : convertConfig(name, any, false, context, filters);
  }
  const wrapper = unpacked.message as FilterConfig;
  if (wrapper.disabled) return { name, disabled: true, config: null };
  if (wrapper.config === undefined) {
    const hint = "add `config: {}` to enable the filter here, or `disabled: true`";
    context.error(wrapper, null, `says nothing of the filter "${name}"`, hint);
    return null;
  }
  if (!wrapper.isOptional && refuseLeftOut(name, wrapper, context)) return null;
  // An empty `Any` enables the filter and leaves its configuration alone.
  if (wrapper.config.typeUrl === "") return { name, disabled: false, config: null };
  return convertConfig(name, wrapper.config, wrapper.isOptional, context, filters);
}

/** What is said for a filter that is disabled enables it; true, with an error, when Sluice does not have the filter. */
function refuseLeftOut(name: string, override: Any | FilterConfig, context: ConversionContext): boolean {
  if (!context.leftOutFilters.has(name)) return false;
  const text = `enables the HTTP filter "${name}", which is known but not implemented by Sluice yet`;
  context.error<Message>(override, null, text);
  return true;
}

function convertConfig(
  name: string,
  any: Any,
  isOptional: boolean,
  context: ConversionContext,
  filters: readonly HttpFilterExtension[],
): FilterOverrideConfig | null {
  const unpacked = context.unpack(any);
  if (unpacked === null) return null;
  const { typeName } = unpacked.desc;
  const filter = filters.find(({ routeConfig }) => routeConfig?.table.typeName === typeName);
  if (filter?.routeConfig) {
    const config = filter.routeConfig.convert(unpacked.message, context);
    return config === null ? null : { name, disabled: false, config };
  }
  if (filters.some(({ table }) => table.typeName === typeName)) {
    if (isOptional) return { name, disabled: false, config: null };
    context.error(any, null, `the filter "${name}" has no configuration for single routes`);
    return null;
  }
  // A chain with such a filter is refused, so there is none that the configuration could be for.
  context.noEffect(any, null, `\`${typeName}\` is of an HTTP filter that is not implemented by Sluice yet`);
  return null;
}
