import { RouterRun, type RouterRunOptions } from "./router.test.support.js";

export const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
export const BAD = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 3\r\n\r\nbad";

/** No longer than this do the default waits take, all together. */
export const WAITS_MS = 700;

/** With this seed the first waits are long parts of their windows. */
const SLOW_SEED = 36;

export function retrying(policy: object, more: RouterRunOptions = {}): RouterRun {
  return new RouterRun({
    seed: SLOW_SEED,
    ...more,
    route: { ...more.route, retry_policy: policy },
    logFormat: "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %UPSTREAM_REQUEST_ATTEMPT_COUNT%",
  });
}

export function head(status: number, ...fields: string[]): string {
  return [`HTTP/1.1 ${status} X`, "content-length: 0", ...fields, "", ""].join("\r\n");
}
