/*
 * The public interface: a proxy inside an application, and the contract of HTTP filters. Everything else is private and
 * may change without notice.
 */

export { type BootstrapSource, type LoadedBootstrap, loadBootstrap } from "./config/bootstrap.js";
export { ConfigError, type ConfigProblem, renderProblems } from "./config/decode/config-problem.js";
export type { RuntimeConfig } from "./config/runtime-config.js";
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
export { type BoundListener, ListenError, Server } from "./server/server.js";
export { DEFAULT_SERVER_OPTIONS, type ServerOptions } from "./server/server-options.js";
export { packageVersion } from "./server/version.js";
