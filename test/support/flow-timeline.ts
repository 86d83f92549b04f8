import assert from "node:assert/strict";

/** One line of a timeline as the inspector prints it. */
export interface TimelineStep {
  readonly label: string;
  /** `[C1]`, or `[C1]-[C2]` where the step joins two connections. */
  readonly connections: string;
  readonly text: string;
}

/** A stream's timeline, read back from the inspector's text. */
export interface Timeline {
  /** `[S1] on [C1]`. */
  readonly title: string;
  readonly steps: readonly TimelineStep[];
}

export function readTimeline(text: string): Timeline {
  const [title = "", ...lines] = text.trimEnd().split("\n");
  return { title, steps: lines.map(readStep) };
}

function readStep(line: string): TimelineStep {
  const match = /^ *\+\d+\.\d{3} ms {2}(\S+) +(\[C\d+\](?:-\[C\d+\])?) +(\S.*)$/.exec(line);
  assert.ok(match !== null, `not a line of a timeline: ${line}`);
  const [, label = "", connections = "", text = ""] = match;
  return { label, connections, text };
}

/** The labels in order. */
export function labelsOf(timeline: Timeline): string {
  return timeline.steps.map(({ label }) => label).join(" ");
}

/** The labels in order, each with the connections it names: `A1[C1] B8[C1]-[C2]`. */
export function stepsOf(timeline: Timeline): string {
  return timeline.steps.map(({ label, connections }) => label + connections).join(" ");
}
