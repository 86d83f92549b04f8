import type { HeaderMap } from "../headers/header-map.js";

/** `strip_matching_host_port`, `strip_any_host_port`. */
export type StripPort = "none" | "matching" | "any";

/** What is done to a request's host before routes look at it. Plain frozen data. */
export interface HostNormalizationConfig {
  /** `strip_trailing_host_dot`: `example.com.` is the same host as `example.com`. */
  readonly stripTrailingDot: boolean;
  readonly stripPort: StripPort;
}

const PORT = /:(\d+)$/;
const TRAILING_DOT = /\.(:\d*)?$/;

/**
 * Takes off what would make two names of one host. CONNECT names a port because it is needed: it stays.
 * @param localPort the port that the client connected to, 0 when there is none
 */
export function normalizeHost(headers: HeaderMap, config: HostNormalizationConfig, localPort: number): void {
  if (config.stripTrailingDot) headers.authority = headers.authority.replace(TRAILING_DOT, "$1");
  if (config.stripPort === "none" || headers.method === "CONNECT") return;
  const port = PORT.exec(headers.authority);
  if (port === null) return;
  if (config.stripPort === "any" || Number(port[1]) === localPort) {
    headers.authority = headers.authority.slice(0, port.index);
  }
}
