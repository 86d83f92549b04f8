import type { FlowRecord } from "./flow-recorder.js";
import { FlowSteps, flowStepLabel, flowStepText } from "./flow-step.js";

/** One stream in a list of recent ones. */
export interface FlowSummary {
  readonly streamId: number;
  readonly connectionId: number;
  /** How it ended, and what was asked for where that is still recorded. */
  readonly text: string;
}

/** The streams that ended last, newest first. */
export function recentStreams(records: readonly FlowRecord[], limit: number): FlowSummary[] {
  const ends: FlowRecord[] = [];
  const targets = new Map<number, string>();
  for (let i = records.length - 1; i >= 0; i--) {
    const record = records[i] as FlowRecord;
    if (record.step === FlowSteps.streamEnded && ends.length < limit) ends.push(record);
    else if (record.step === FlowSteps.routerStarts) targets.set(record.streamId, record.detail);
  }
  return ends.map(({ streamId, connectionId, amount, detail }) => ({
    streamId,
    connectionId,
    text: `${amount} ${detail} ${targets.get(streamId) ?? ""}`.trimEnd(),
  }));
}

/**
 * The records of one stream in order: its own, and those of its connection that came before it had a number (the bytes
 * that its head was parsed from).
 */
export function streamRecords(records: readonly FlowRecord[], streamId: number): FlowRecord[] {
  const firstAt = records.findIndex((record) => record.streamId === streamId);
  if (firstAt < 0) return [];
  const first = records[firstAt] as FlowRecord;
  const before: FlowRecord[] = [];
  for (let i = firstAt - 1; i >= 0; i--) {
    const record = records[i] as FlowRecord;
    if (record.connectionId !== first.connectionId) continue;
    if (record.streamId !== 0) break;
    before.push(record);
  }
  return [...before.reverse(), ...records.slice(firstAt).filter((record) => record.streamId === streamId)];
}

/** The downstream connection of a stream; of one whose beginning is not there any more, the one it ended on. */
function connectionOf(own: readonly FlowRecord[]): number {
  const telling = own.find(({ step }) => step === FlowSteps.filterDecode || step === FlowSteps.streamEnded);
  return (telling ?? (own[0] as FlowRecord)).connectionId;
}

/** A stream's timeline as text, null when nothing of it is there (any more). */
export function streamTimeline(records: readonly FlowRecord[], streamId: number): string | null {
  const own = streamRecords(records, streamId);
  const first = own[0];
  if (first === undefined) return null;
  const lines = [`[S${streamId}] on [C${connectionOf(own)}]`];
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
