/*
 * The steps of a request, as docs/life-of-a-request.md numbers them. A step is recorded where it happens in the code;
 * the code's comments carry the same numbers.
 */

/** Number of the step (its place here), label in the documents, and what it says in a timeline. */
const STEPS = [
  ["A1", "downstream-read-ready"],
  ["A2", "ConnectionManager.onData: bytes to the codec"],
  ["A3", "parser goes on from where it stood"],
  ["A4", "request complete: onMessageComplete"],
  ["A5", "readDisable(true): no further request is parsed"],
  ["A6", "FilterManager.decode: filter chain in order"],
  ["A7", "RouterFilter.decodeHeaders called"],
  ["B1", "RouterFilter.decodeHeaders runs"],
  ["B2", "route table matched"],
  ["B3", "connection pool created"],
  ["B4", "UpstreamRequest created"],
  ["B5", "UpstreamRequest.encodeHeaders: upstream head made"],
  ["B6", "load balancer picked the host"],
  ["B7a", "upstream socket opened"],
  ["B7b", "connected and write-ready registered"],
  ["B7c", "asynchronous connect started, stream waits in the pool"],
  ["B7", "ready connection taken from the pool"],
  ["B8", "downstream stream and upstream connection tied together"],
  ["B9", "connection opened ahead, for a later request"],
  ["C1", "upstream-write-ready: callback runs"],
  ["C2", "connected: ActiveClient takes the waiting stream"],
  ["C3", "upstream socket writable"],
  ["C4", "request written to the upstream connection"],
  ["D1", "upstream-read-ready"],
  ["D2", "response head complete: UpstreamRequest.decodeHeaders"],
  ["D3", "FilterManager.encode: filter chain in reverse"],
  ["D4", "response encoded into the write buffer"],
  ["D5", "downstream-write-ready: flushed to the socket"],
  ["D6", "upstream message complete: ActiveClient back to the pool"],
  ["D7", "response fully encoded: readDisable(false)"],
  ["E1", "downstream backed up: upstream reading stopped"],
  ["E2", "downstream drained: upstream reading goes on"],
  ["E3", "upstream backed up: downstream reading stopped"],
  ["E4", "upstream drained: downstream reading goes on"],
  ["F1", "timer fired"],
  ["F2", "reset"],
  ["F3", "local reply"],
  ["F4", "connection closed"],
  ["F5", "stream ended"],
  ["F6", "request sent again: retry, or stale connection"],
  ["G1", "upstream switched: its bytes pass as they are"],
  ["G2", "downstream switched: reading goes on, bytes pass as they are"],
  ["G3", "client ended its half: FIN to the upstream"],
  ["G4", "upstream ended its half: FIN to the client"],
] as const;

export type FlowStepLabel = (typeof STEPS)[number][0];

/** A step as the recorder stores it: its index in the table. */
export type FlowStep = number;

function step(label: FlowStepLabel): FlowStep {
  return STEPS.findIndex(([name]) => name === label);
}

/** `A1`, `B7a`, ... */
export function flowStepLabel(recorded: FlowStep): FlowStepLabel {
  return (STEPS[recorded] as (typeof STEPS)[number])[0];
}

/** What a timeline says of the step. */
export function flowStepText(recorded: FlowStep): string {
  return (STEPS[recorded] as (typeof STEPS)[number])[1];
}

/** All labels, in the order of the table. */
export const FLOW_STEP_LABELS: readonly FlowStepLabel[] = STEPS.map(([label]) => label);

export const FlowSteps = {
  downstreamReadReady: step("A1"),
  connectionManagerData: step("A2"),
  parserContinues: step("A3"),
  requestComplete: step("A4"),
  readDisabled: step("A5"),
  filterDecode: step("A6"),
  routerReached: step("A7"),
  routerStarts: step("B1"),
  routeMatched: step("B2"),
  poolCreated: step("B3"),
  upstreamRequestCreated: step("B4"),
  upstreamHeadMade: step("B5"),
  hostChosen: step("B6"),
  upstreamSocketOpened: step("B7a"),
  upstreamEventsRegistered: step("B7b"),
  connectStarted: step("B7c"),
  readyConnectionTaken: step("B7"),
  streamTied: step("B8"),
  openedAhead: step("B9"),
  upstreamWriteReady: step("C1"),
  upstreamConnected: step("C2"),
  upstreamWritable: step("C3"),
  requestWritten: step("C4"),
  upstreamReadReady: step("D1"),
  responseHeadComplete: step("D2"),
  filterEncode: step("D3"),
  responseEncoded: step("D4"),
  downstreamFlushed: step("D5"),
  upstreamMessageComplete: step("D6"),
  responseComplete: step("D7"),
  upstreamReadPaused: step("E1"),
  upstreamReadResumed: step("E2"),
  downstreamReadPaused: step("E3"),
  downstreamReadResumed: step("E4"),
  timerFired: step("F1"),
  reset: step("F2"),
  localReply: step("F3"),
  connectionClosed: step("F4"),
  streamEnded: step("F5"),
  requestRepeated: step("F6"),
  upstreamSwitched: step("G1"),
  downstreamSwitched: step("G2"),
  clientHalfEnded: step("G3"),
  upstreamHalfEnded: step("G4"),
} as const;
