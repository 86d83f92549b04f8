import type { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Host } from "../../../upstream/host.js";
import type { ActiveClient } from "../../../upstream/pool/active-client.js";
import type { StreamContext } from "../../filter/filter.js";
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

/** The response that the client gets begins. */
export function recordResponse(streamInfo: StreamInfo, headers: HeaderMap, nowMs: number): void {
  streamInfo.firstUpstreamRxMs = nowMs;
  streamInfo.responseCodeDetails = "via_upstream";
  streamInfo.isCanary = headers.get("x-envoy-upstream-canary") === "true";
}

/**
 * An attempt has answered that others were sent after: it is the one that the log and the stats speak of, and stands last
 * among all attempts.
 */
export function recordAnswering(streamInfo: StreamInfo, host: Host, client: ActiveClient): void {
  const { earlierAttempts: others, upstreamHost } = streamInfo;
  if (others === null || upstreamHost === null) return;
  const connectionId = client.connection.id;
  const index = others.findIndex((attempt) => attempt.connectionId === connectionId);
  if (index === -1) return;
  others.splice(index, 1);
  others.push({ host: upstreamHost, connectionId: streamInfo.upstreamConnectionId });
  streamInfo.upstreamHost = host;
  client.describeTo(streamInfo);
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
