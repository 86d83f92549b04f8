import type { Metadata } from "../common/metadata.js";
import type { AccessLogConfig } from "../stream-info/access-log-config.js";
import type { Address } from "./address.js";

/** One network filter of a chain. `config` is the runtime object its factory understands. */
export interface NetworkFilterConfig {
  readonly name: string;
  /** Full name of the configuration's message, without the type URL's host. */
  readonly typeName: string;
  readonly config: unknown;
}

/** Criteria of a filter chain (`envoy.config.listener.v3.FilterChainMatch`); an empty list does not restrict. */
export interface FilterChainMatch {
  readonly destinationPort: number | null;
  readonly prefixRanges: readonly CidrRange[];
  readonly serverNames: readonly string[];
  /** `""`, `"raw_buffer"` or `"tls"`. */
  readonly transportProtocol: string;
  readonly applicationProtocols: readonly string[];
  readonly directSourcePrefixRanges: readonly CidrRange[];
  readonly sourceType: "any" | "sameIpOrLoopback" | "external";
  readonly sourcePrefixRanges: readonly CidrRange[];
  readonly sourcePorts: readonly number[];
}

/** `envoy.config.core.v3.CidrRange`: an address and how many of its leading bits count. */
export interface CidrRange {
  readonly addressPrefix: string;
  readonly prefixLength: number;
}

export interface FilterChainConfig {
  readonly name: string;
  readonly match: FilterChainMatch | null;
  /** For logs. */
  readonly metadata: Metadata;
  readonly filters: readonly NetworkFilterConfig[];
}

/**
 * A listener as the data plane needs it (`envoy.config.listener.v3.Listener`). Plain frozen data, made on the main
 * thread and copied to the workers.
 */
export interface ListenerConfig {
  readonly name: string;
  readonly address: Address;
  readonly additionalAddresses: readonly Address[];
  /** Root of the listener's stats without `listener.` and the final dot: `stat_prefix`, or the address with `:` as `_`. */
  readonly statPrefix: string;
  /** Soft limit of each connection's buffers in bytes; 0 is unlimited. */
  readonly perConnectionBufferLimitBytes: number;
  /** Length of the kernel's queue of connections not accepted yet; 0 leaves it to Node. */
  readonly tcpBacklogSize: number;
  readonly filterChains: readonly FilterChainConfig[];
  readonly defaultFilterChain: FilterChainConfig | null;
  /** Connections count towards the limit of the whole process, but are not refused for it (`ignore_global_conn_limit`). */
  readonly ignoreGlobalConnectionLimit: boolean;
  /** Its connections are taken whatever the load (`bypass_overload_manager`). */
  readonly bypassOverloadManager: boolean;
  /** `modifyOnly`: connections go on while the server's health check is made to fail. */
  readonly drainType: "default" | "modifyOnly";
  readonly trafficDirection: "unspecified" | "inbound" | "outbound";
  /** For logs. */
  readonly metadata: Metadata;
  /** A line for each connection when it is over, also for those that no filter chain takes. */
  readonly accessLogs: readonly AccessLogConfig[];
}
