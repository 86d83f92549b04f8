import type { DirectResponseConfig } from "./route-action-config.js";

/** Answers in the proxy itself (`envoy.config.route.v3.DirectResponseAction`). */
export class DirectResponse {
  readonly kind = "directResponse";
  readonly status: number;
  readonly body: string;

  constructor(config: DirectResponseConfig) {
    this.status = config.status;
    this.body = config.body;
  }
}

/** Where a direct response gets a `location` (RFC 9110 10.2.2): for what was created, and for redirects. */
export function hasLocation(status: number): boolean {
  return status === 201 || (status >= 300 && status < 400);
}
