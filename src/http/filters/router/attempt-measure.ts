import type { Dispatcher } from "../../../event/dispatcher.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { HeaderMap } from "../../headers/header-map.js";

/** Measures one attempt for a cluster that wants to know more (`track_cluster_stats`). Owner: `UpstreamRequest`. */
export class AttemptMeasure {
  private readonly stats: ClusterStats;
  private readonly startMs: number;
  /** 0 for no limit. */
  private readonly limitMs: number;
  private requestHeadBytes = 0;
  private requestFields = 0;
  private requestBodyBytes = 0;
  private responseHeadBytes = 0;
  private responseFields = 0;
  private responseBodyBytes = 0;
  private answered = false;
  private countsTry = true;

  private constructor(stats: ClusterStats, startMs: number, limitMs: number) {
    this.stats = stats;
    this.startMs = startMs;
    this.limitMs = limitMs;
  }

  /** Null where the cluster does not want to know. @param limitMs of a try; 0 for none */
  static create(stats: ClusterStats, dispatcher: Dispatcher, limitMs: number): AttemptMeasure | null {
    if (stats.timeoutBudgets === null && stats.messageSizes === null) return null;
    return new AttemptMeasure(stats, dispatcher.now(), limitMs);
  }

  onRequest(headers: HeaderMap): void {
    this.requestHeadBytes = sizeOf(headers);
    this.requestFields = fieldsOf(headers);
  }

  onRequestData(bytes: number): void {
    this.requestBodyBytes += bytes;
  }

  onResponse(headers: HeaderMap): void {
    this.answered = true;
    this.responseHeadBytes = sizeOf(headers);
    this.responseFields = fieldsOf(headers);
  }

  onResponseData(bytes: number): void {
    this.responseBodyBytes += bytes;
  }

  /** The time of the whole request is up: how much of its own the try has used does not matter. */
  onRequestTimeout(): void {
    this.countsTry = this.answered;
  }

  /** The attempt is over, whatever has come of it. Once. */
  end(nowMs: number): void {
    const { timeoutBudgets, messageSizes } = this.stats;
    if (this.countsTry) timeoutBudgets?.onTry(nowMs - this.startMs, this.limitMs);
    messageSizes?.onRequest(this.requestHeadBytes, this.requestFields, this.requestBodyBytes);
    if (this.answered) messageSizes?.onResponse(this.responseHeadBytes, this.responseFields, this.responseBodyBytes);
  }
}

const STATUS_BYTES = 3;

/** Names and values, and those of what HTTP/2 calls pseudo-headers, as Envoy measures a head. */
function sizeOf(headers: HeaderMap): number {
  const { method, path, authority, scheme, status, size } = headers;
  let bytes = status === 0 ? 0 : ":status".length + STATUS_BYTES;
  bytes += sizeOfField(":method", method) + sizeOfField(":path", path);
  bytes += sizeOfField(":authority", authority) + sizeOfField(":scheme", scheme);
  for (let index = 0; index < size; index++) bytes += headers.nameAt(index).length + headers.valueAt(index).length;
  return bytes;
}

/** How many there are of them. */
function fieldsOf({ method, path, authority, scheme, status, size }: HeaderMap): number {
  let pseudo = status === 0 ? 0 : 1;
  for (const value of [method, path, authority, scheme]) if (value !== "") pseudo++;
  return pseudo + size;
}

function sizeOfField(name: string, value: string): number {
  return value === "" ? 0 : name.length + value.length;
}
