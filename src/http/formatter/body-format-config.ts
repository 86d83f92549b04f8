import type { LogFormatConfig } from "../../stream-info/access-log-config.js";

/** How a body is made that the proxy answers with (`envoy.config.core.v3.SubstitutionFormatString`). Plain frozen data. */
export interface ReplyBodyFormatConfig {
  readonly format: LogFormatConfig;
  readonly contentType: string;
}
