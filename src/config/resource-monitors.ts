import type { ResourceMonitor } from "../gen/envoy/config/overload/v3/overload_pb.js";
import type { DownstreamConnectionsConfig } from "../gen/envoy/extensions/resource_monitors/downstream_connections/v3/downstream_connections_pb.js";
import type { FixedHeapConfig } from "../gen/envoy/extensions/resource_monitors/fixed_heap/v3/fixed_heap_pb.js";
import type { InjectedResourceConfig } from "../gen/envoy/extensions/resource_monitors/injected_resource/v3/injected_resource_pb.js";
import type { ResourceMonitorConfig } from "../overload/overload-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension } from "./extension.js";
import { implemented } from "./implemented-fields.js";

const PACKAGE = "envoy.extensions.resource_monitors";

/** Without the name, which stands beside the extension. */
type Unnamed<Config> = Config extends ResourceMonitorConfig ? Omit<Config, "name"> : never;

/** The resource monitors that exist. */
export const RESOURCE_MONITORS: readonly Extension<Unnamed<ResourceMonitorConfig>>[] = [
  extension<FixedHeapConfig, Unnamed<ResourceMonitorConfig>>(
    "envoy.resource_monitors.fixed_heap",
    implemented<FixedHeapConfig>(`${PACKAGE}.fixed_heap.v3.FixedHeapConfig`, { max_heap_size_bytes: true }),
    ({ maxHeapSizeBytes }) => ({ kind: "fixedHeap", maxBytes: Number(maxHeapSizeBytes) }),
  ),
  extension<InjectedResourceConfig, Unnamed<ResourceMonitorConfig>>(
    "envoy.resource_monitors.injected_resource",
    implemented<InjectedResourceConfig>(`${PACKAGE}.injected_resource.v3.InjectedResourceConfig`, { filename: true }),
    ({ filename }) => ({ kind: "injected", path: filename }),
  ),
  extension<DownstreamConnectionsConfig, Unnamed<ResourceMonitorConfig>>(
    "envoy.resource_monitors.global_downstream_max_connections",
    implemented<DownstreamConnectionsConfig>(`${PACKAGE}.downstream_connections.v3.DownstreamConnectionsConfig`, {
      max_active_downstream_connections: true,
    }),
    ({ maxActiveDownstreamConnections }) => ({
      kind: "downstreamConnections",
      maxConnections: Number(maxActiveDownstreamConnections),
    }),
  ),
];

/** Null for one that does not exist, with a warning: what it would trigger never begins. */
export function convertResourceMonitor(
  message: ResourceMonitor,
  context: ConversionContext,
): ResourceMonitorConfig | null {
  const { name, configType } = message;
  if (configType.case !== "typedConfig") {
    context.error(
      message,
      null,
      `the resource monitor "${name}" has no \`typed_config\`: its type says which one it is`,
    );
    return null;
  }
  const unpacked = context.unpack(configType.value);
  if (unpacked === null) return null;
  const found = RESOURCE_MONITORS.find(({ table }) => table.typeName === unpacked.desc.typeName);
  if (found !== undefined) {
    const config = found.convert(unpacked.message, context);
    return config === null ? null : { ...config, name };
  }
  const what = `the resource monitor "${name}" (\`${unpacked.desc.typeName}\`) is known but not implemented by Sluice yet`;
  context.noEffect(message, null, `${what}: its triggers never begin`);
  return null;
}
