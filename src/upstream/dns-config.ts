/** Which addresses of a name are wanted (`envoy.config.cluster.v3.Cluster.DnsLookupFamily`). */
export type DnsLookupFamily = "auto" | "v4Only" | "v6Only" | "v4Preferred" | "all";

/** How the names of a cluster's endpoints are resolved. Plain frozen data. */
export interface DnsConfig {
  readonly lookupFamily: DnsLookupFamily;
  /** Milliseconds until a name is asked for again; 5,000 by default. */
  readonly refreshRateMs: number;
  /** After an answer a name waits longer by a random time below this, milliseconds. */
  readonly jitterMs: number;
  /** Milliseconds after failures, doubled with each: from and up to. Null takes the refresh rate. */
  readonly failureRefresh: { readonly baseMs: number; readonly maxMs: number } | null;
  /** A name is asked for again when its answer expires, instead of at the refresh rate. */
  readonly respectTtl: boolean;
  /** Name servers, `192.0.2.53:53`; none takes the system's. */
  readonly resolvers: readonly string[];
  /** The server waits for the first answers before it listens. */
  readonly waitForWarm: boolean;
}
