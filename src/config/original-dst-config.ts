import type { Cluster, Cluster_OriginalDstLbConfig } from "../gen/envoy/config/cluster/v3/cluster_pb.js";
import type { MetadataKey, MetadataKey_PathSegment } from "../gen/envoy/type/metadata/v3/metadata_pb.js";
import type { DiscoveryType } from "../upstream/cluster-info.js";
import type { OriginalDstConfig } from "../upstream/original-dst-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { implemented } from "./implemented-fields.js";

const DEFAULT_HEADER = "x-envoy-original-dst-host";
const DEFAULT_CLEANUP_INTERVAL_MS = 5_000;

export const METADATA_KEY_FIELDS = implemented<MetadataKey>("envoy.type.metadata.v3.MetadataKey", {
  key: true,
  path: implemented<MetadataKey_PathSegment>("envoy.type.metadata.v3.MetadataKey.PathSegment", { key: true }),
});

/** The fields of a cluster that are about hosts on demand. */
export const ORIGINAL_DST_FIELDS = {
  cleanup_interval: true,
  original_dst_lb_config: implemented<Cluster_OriginalDstLbConfig>(
    "envoy.config.cluster.v3.Cluster.OriginalDstLbConfig",
    {
      use_http_header: true,
      http_header_name: true,
      upstream_port_override: true,
      metadata_key: METADATA_KEY_FIELDS,
    },
  ),
} as const;

/** Null for clusters of other types. */
export function convertOriginalDst(
  cluster: Cluster,
  discovery: DiscoveryType,
  context: ConversionContext,
): OriginalDstConfig | null {
  const config = cluster.lbConfig.case === "originalDstLbConfig" ? cluster.lbConfig.value : undefined;
  if (discovery !== "originalDst") return null;
  checkOriginalDst(cluster, config, context);
  const header = config?.httpHeaderName === "" ? DEFAULT_HEADER : config?.httpHeaderName;
  return {
    headerName: config?.useHttpHeader === true ? (header ?? DEFAULT_HEADER).toLowerCase() : "",
    metadataKey: convertMetadataKey(config?.metadataKey),
    portOverride: config?.upstreamPortOverride ?? null,
    cleanupIntervalMs: context.milliseconds(
      cluster,
      "cleanupInterval",
      cluster.cleanupInterval,
      DEFAULT_CLEANUP_INTERVAL_MS,
    ),
  };
}

function checkOriginalDst(
  cluster: Cluster,
  config: Cluster_OriginalDstLbConfig | undefined,
  context: ConversionContext,
): void {
  if (cluster.loadAssignment !== undefined) {
    context.error(cluster, "loadAssignment", "an ORIGINAL_DST cluster has no hosts but those that requests name");
  }
  if (config !== undefined && !config.useHttpHeader && config.httpHeaderName !== "") {
    context.error(config, "httpHeaderName", "the header is not asked", "add `use_http_header: true`");
  }
  if (config?.useHttpHeader !== true && config?.metadataKey === undefined) {
    const text = "where a connection was going before it was redirected to the proxy cannot be asked of Node";
    context.noEffect(cluster, config === undefined ? null : "lbConfig", `${text}: no request has a host`);
  }
  if (cluster.healthChecks.length > 0) {
    context.noEffect(cluster, "healthChecks", "hosts that requests name are not checked");
  }
  if (cluster.outlierDetection !== undefined) {
    context.noEffect(cluster, "outlierDetection", "requests go to the host that they name, whatever became of others");
  }
}

export function convertMetadataKey(message: MetadataKey | undefined): OriginalDstConfig["metadataKey"] {
  if (message === undefined) return null;
  const path = message.path.map(({ segment }) => (segment.case === "key" ? segment.value : ""));
  return { namespace: message.key, path };
}
