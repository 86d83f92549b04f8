import type { TaggedName } from "./tag-extractor.js";

/**
 * A stat of one endpoint of a cluster (`track_cluster_stats.per_endpoint_stats`). It is kept with the endpoint, goes with it,
 * and is made when someone looks.
 */
export interface EndpointStat {
  readonly kind: "counter" | "gauge";
  /** `cluster.<cluster>.endpoint.<address>.<stat>` */
  readonly name: string;
  /** No rule could find an address in the name: it has dots. */
  readonly tagged: TaggedName;
  readonly value: number;
}
