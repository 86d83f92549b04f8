import type { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { StreamContext } from "../../filter/filter.js";
import { setAttemptCount } from "../../headers/attempt-count.js";
import type { HeaderMap } from "../../headers/header-map.js";

/** What the log may say of the connection that an attempt got. @param requestComplete the request had to wait for it */
export function recordConnection(
  streamInfo: StreamInfo,
  client: ActiveClient,
  nowMs: number,
  requestComplete: boolean,
): void {
  client.describeTo(streamInfo);
  streamInfo.firstUpstreamTxMs = nowMs;
  if (requestComplete) streamInfo.lastUpstreamTxMs = nowMs;
}

/** One more attempt begins. The upstream gets to know its number where the virtual host wants it. */
export function recordAttempt(stream: StreamContext, host: Host, headers: HeaderMap): void {
  const { streamInfo } = stream;
  streamInfo.attemptCount++;
  streamInfo.upstreamHost = host;
  if (stream.route()?.virtualHost.includeRequestAttemptCount) setAttemptCount(headers, streamInfo.attemptCount);
}
