import { type ResponseFlag, responseFlagBit, responseFlagsText } from "../../stream-info/response-flag.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import type { HeaderMap } from "../headers/header-map.js";

/** `HttpConnectionManager.ProxyStatusConfig`: tells in `proxy-status` (RFC 9209) what went wrong at this proxy. */
export interface ProxyStatusConfig {
  /** How this proxy calls itself. */
  readonly name: string;
  readonly removeDetails: boolean;
  readonly removeConnectionTerminationDetails: boolean;
  readonly removeResponseFlags: boolean;
  /** The status that RFC 9209 recommends for the error replaces that of the response. */
  readonly setRecommendedStatus: boolean;
}

interface ProxyError {
  readonly flag: ResponseFlag;
  /** A type of RFC 9209, section 2.3. */
  readonly type: string;
  /** What the RFC recommends; 0 for nothing. */
  readonly status: number;
}

/** By response flag; the first one that a stream has counts. */
const ERRORS: readonly ProxyError[] = [
  { flag: "LH", type: "destination_unavailable", status: 503 },
  { flag: "UH", type: "destination_unavailable", status: 503 },
  { flag: "UT", type: "connection_timeout", status: 504 },
  { flag: "LR", type: "connection_terminated", status: 502 },
  { flag: "UR", type: "connection_terminated", status: 502 },
  { flag: "UF", type: "connection_refused", status: 502 },
  { flag: "UC", type: "connection_terminated", status: 502 },
  { flag: "UO", type: "connection_limit_reached", status: 503 },
  { flag: "NR", type: "destination_not_found", status: 500 },
  { flag: "NC", type: "destination_not_found", status: 500 },
  { flag: "RL", type: "connection_limit_reached", status: 503 },
  { flag: "RLSE", type: "connection_limit_reached", status: 503 },
  { flag: "UAEX", type: "http_request_denied", status: 403 },
  { flag: "SI", type: "http_response_timeout", status: 504 },
  { flag: "IH", type: "http_request_error", status: 400 },
  { flag: "DPE", type: "http_request_error", status: 400 },
  { flag: "UMSDR", type: "http_response_timeout", status: 504 },
  { flag: "DT", type: "http_response_timeout", status: 504 },
  { flag: "UPE", type: "http_protocol_error", status: 502 },
  { flag: "URX", type: "connection_limit_reached", status: 503 },
  { flag: "OM", type: "proxy_internal_error", status: 500 },
  { flag: "DF", type: "dns_error", status: 502 },
];

/** Appends our part to `proxy-status`, behind what proxies before us have said. Nothing for a response without an error. */
export function addProxyStatus(headers: HeaderMap, config: ProxyStatusConfig, info: StreamInfo): void {
  if (info.responseFlags === 0) return;
  const error = ERRORS.find(({ flag }) => (info.responseFlags & responseFlagBit(flag)) !== 0);
  if (error === undefined) return;
  const before = headers.getJoined("proxy-status");
  const own = `${config.name}; error=${error.type}${detailsOf(config, info)}`;
  headers.set("proxy-status", before === null ? own : `${before}, ${own}`);
  if (config.setRecommendedStatus && error.status !== 0) headers.status = error.status;
}

function detailsOf(config: ProxyStatusConfig, info: StreamInfo): string {
  if (config.removeDetails) return "";
  const parts = [info.responseCodeDetails];
  if (!config.removeConnectionTerminationDetails) parts.push(info.connectionTerminationDetails);
  if (!config.removeResponseFlags) parts.push(responseFlagsText(info.responseFlagSequence));
  const text = parts.filter((part) => part !== "").join("; ");
  return text === "" ? "" : `; details="${text.replace(UNQUOTABLE, "_")}"`;
}

/** RFC 9651 3.3.3: what cannot stand in a string, or would have to be escaped. */
const UNQUOTABLE = /[^\x20\x21\x23-\x5b\x5d-\x7e]/g;
