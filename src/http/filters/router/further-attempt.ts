import type { StreamContext } from "../../filter/filter.js";
import { setAttemptCount } from "../../headers/attempt-count.js";
import type { HeaderMap } from "../../headers/header-map.js";
import type { ForwardingPlan } from "./forwarding-plan.js";
import { announceTimeout } from "./request-timeouts.js";

/**
 * Tells the upstream, in the headers of a request, of an attempt that is not the first: which one it is, why it is made,
 * and what is left of the time.
 * @param elapsedMs since the request was complete
 * @param afterTimeout an attempt before it was too slow
 */
export function announceFurtherAttempt(
  headers: HeaderMap,
  plan: ForwardingPlan,
  { streamInfo }: StreamContext,
  elapsedMs: number,
  afterTimeout: boolean,
  suppressEnvoyHeaders: boolean,
): void {
  const { includeRequestAttemptCount, includeIsTimeoutRetryHeader } = plan.route.virtualHost;
  if (includeRequestAttemptCount) setAttemptCount(headers, streamInfo.attemptCount + 1);
  if (includeIsTimeoutRetryHeader) headers.set("x-envoy-is-timeout-retry", String(afterTimeout));
  announceTimeout(headers, plan.timeouts, plan.action, elapsedMs, suppressEnvoyHeaders);
}
