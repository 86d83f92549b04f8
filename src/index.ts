/*
 * The public interface: a proxy inside an application (docs/embedding.md), and the contract of HTTP filters. Everything
 * else is private and may change without notice.
 */

export type { LogLevel } from "./common/logger.js";
export { ConfigError, type ConfigProblem, renderProblems } from "./config/decode/config-problem.js";
export type {
  DecoderFilterCallbacks,
  EncoderFilterCallbacks,
  FilterChainCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  HttpFilterFactory,
  LocalReply,
  StreamContext,
  StreamDecoderFilter,
  StreamEncoderFilter,
  StreamFilter,
} from "./http/filter/filter.js";
export { HeaderMap } from "./http/headers/header-map.js";
export { type Address, addressText } from "./network/address.js";
export { type BoundListener, ListenError } from "./server/server.js";
export { type EmbeddedProxy, type ProxyBootstrap, type ProxyOptions, startProxy } from "./server/start-proxy.js";
export { packageVersion } from "./server/version.js";
