import type { LogContext } from "../http/formatter/log-context.js";
import { compileFormat, type SubstitutionFormat } from "../http/formatter/substitution-format.js";
import type { DirectResponseConfig } from "./route-action-config.js";

/** Answers in the proxy itself (`envoy.config.route.v3.DirectResponseAction`). */
export class DirectResponse {
  readonly kind = "directResponse";
  readonly status: number;
  readonly body: string;
  /** Of a body that a format makes; empty leaves it to local replies. */
  readonly contentType: string;
  private readonly format: SubstitutionFormat | null;

  constructor(config: DirectResponseConfig) {
    this.status = config.status;
    this.body = config.body;
    this.format = config.bodyFormat === null ? null : compileFormat(config.bodyFormat.format);
    this.contentType = config.bodyFormat === null ? "" : config.bodyFormat.contentType;
  }

  get hasFormat(): boolean {
    return this.format !== null;
  }

  /** @param context shows `body` as that of the local reply */
  formattedBody(context: LogContext): string {
    return this.format === null ? this.body : this.format.formatText(context);
  }
}

/** Where a direct response gets a `location` (RFC 9110 10.2.2): for what was created, and for redirects. */
export function hasLocation(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400);
}
