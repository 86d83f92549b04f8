import type { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { StreamContext } from "../../filter/filter.js";

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

/** One more attempt begins. */
export function recordAttempt({ streamInfo, dispatcher }: StreamContext, host: Host): void {
  const { upstreamHost } = streamInfo;
  if (upstreamHost !== null) {
    streamInfo.earlierAttempts ??= [];
    streamInfo.earlierAttempts.push({ host: upstreamHost, connectionId: streamInfo.upstreamConnectionId });
    streamInfo.upstreamConnectionId = 0;
  }
  streamInfo.attemptStartMs = dispatcher.now();
  streamInfo.attemptCount++;
  streamInfo.upstreamHost = host;
}
