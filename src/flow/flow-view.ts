import type { FlowRecord } from "./flow-recorder.js";
import { FlowSteps, flowStepLabel, flowStepText } from "./flow-step.js";

/** One stream in a list of recent ones. */
export interface FlowSummary {
  readonly streamId: number;
  readonly connectionId: number;
  readonly text: string;
}

/** The streams that ended last, newest first. */
export function recentStreams(records: readonly FlowRecord[], limit: number): FlowSummary[] {
  const summaries: FlowSummary[] = [];
  for (let i = records.length - 1; i >= 0 && summaries.length < limit; i--) {
    const record = records[i] as FlowRecord;
    if (record.step !== FlowSteps.streamEnded) continue;
    summaries.push({
      streamId: record.streamId,
      connectionId: record.connectionId,
      text: `[S${record.streamId}] [C${record.connectionId}] ${record.amount} ${record.detail}`,
    });
  }
  return summaries;
}

/**
 * The records of one stream in order: its own, and those of its connection that came before it had a number (the bytes
 * that its head was parsed from).
 */
export function streamRecords(records: readonly FlowRecord[], streamId: number): FlowRecord[] {
  const firstAt = records.findIndex((record) => record.streamId === streamId);
  if (firstAt < 0) return [];
  const connectionId = (records[firstAt] as FlowRecord).connectionId;
  const own: FlowRecord[] = [];
  for (let i = firstAt - 1; i >= 0; i--) {
    const record = records[i] as FlowRecord;
    if (record.connectionId !== connectionId) continue;
    if (record.streamId !== 0) break;
    own.unshift(record);
  }
  for (let i = firstAt; i < records.length; i++) {
    const record = records[i] as FlowRecord;
    if (record.streamId === streamId) own.push(record);
  }
  return own;
}

/** A stream's timeline as text, null when nothing of it is there (any more). */
export function streamTimeline(records: readonly FlowRecord[], streamId: number): string | null {
  const own = streamRecords(records, streamId);
  const first = own[0];
  if (first === undefined) return null;
  const lines = [`[S${streamId}] on [C${first.connectionId}]`];
  for (const record of own) lines.push(timelineLine(record, first.timeMs));
  return `${lines.join("\n")}\n`;
}

function timelineLine(record: FlowRecord, startMs: number): string {
  const time = `+${(record.timeMs - startMs).toFixed(3)} ms`.padStart(12);
  const label = flowStepLabel(record.step).padEnd(3);
  const connection = record.connectionId === 0 ? "" : `[C${record.connectionId}]`;
  const peer = record.peerId === 0 ? "" : `-[C${record.peerId}]`;
  return `${time}  ${label}  ${(connection + peer).padEnd(12)}  ${flowStepText(record.step)}${amountText(record)}${detailText(record)}`;
}

/** Steps whose amount is a status and not a number of bytes. */
const STATUS_STEPS: ReadonlySet<number> = new Set([
  FlowSteps.responseHeadComplete,
  FlowSteps.localReply,
  FlowSteps.streamEnded,
]);

function amountText(record: FlowRecord): string {
  if (record.amount < 0) return "";
  return STATUS_STEPS.has(record.step) ? ` ${record.amount}` : ` ${record.amount} bytes`;
}

function detailText(record: FlowRecord): string {
  return record.detail === "" ? "" : ` (${record.detail})`;
}
