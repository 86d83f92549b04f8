import type { EndpointStat } from "../stats/endpoint-stat.js";
import type { Tag } from "../stats/tag-extractor.js";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { healthOf } from "../upstream/host-health.js";
import { hostsOfAll } from "./cluster-status-source.js";
import type { HostCounts, WorkerOperations } from "./worker-operations.js";

/** The stats of the endpoints of those clusters that keep them (`track_cluster_stats.per_endpoint_stats`). */
export async function endpointStats(
  clusters: readonly ClusterInfo[],
  workers: readonly WorkerOperations[],
): Promise<readonly EndpointStat[]> {
  const tracked = clusters.filter(({ trackedStats }) => trackedStats.perEndpoint);
  const stats = tracked.map(async (info) => {
    const hosts = await hostsOfAll(info.name, workers);
    return hosts.flatMap((host) => statsOf(host, info.statName));
  });
  return (await Promise.all(stats)).flat();
}

function statsOf(host: HostCounts, clusterStatName: string): EndpointStat[] {
  const tags: Tag[] = [
    { name: "envoy.cluster_name", value: clusterStatName },
    { name: "envoy.endpoint_address", value: host.address },
  ];
  if (host.hostname !== "") tags.push({ name: "envoy.endpoint_hostname", value: host.hostname });
  const prefix = `cluster.${clusterStatName}.endpoint.${host.address.replaceAll(":", "_")}`;
  const stat = (kind: EndpointStat["kind"], name: string, value: number): EndpointStat => ({
    kind,
    name: `${prefix}.${name}`,
    tagged: { name: `cluster.endpoint.${name}`, tags },
    value,
  });
  return [
    stat("counter", "cx_connect_fail", host.cxConnectFail),
    stat("counter", "cx_total", host.cxTotal),
    stat("counter", "rq_error", host.rqError),
    stat("counter", "rq_success", host.rqSuccess),
    stat("counter", "rq_timeout", host.rqTimeout),
    stat("counter", "rq_total", host.rqTotal),
    stat("gauge", "cx_active", host.cxActive),
    stat("gauge", "rq_active", host.rqActive),
    stat("gauge", "healthy", healthOf(host.healthFlags) === "healthy" ? 1 : 0),
  ];
}
