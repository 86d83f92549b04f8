import type { DifferenceKind } from "./difference.js";
import { shown, type Tally } from "./tally.js";

const HEADINGS: Readonly<Record<DifferenceKind, string>> = {
  stricter: "## Sluice refuses, the other goes on",
  looser: "## Sluice goes on, the other refuses or waits",
  other: "## Both go on with different requests",
  waiting: "## Sluice waits for more, the other refuses",
};

/** The whole page. */
export function pageOf(
  tally: Tally,
  peers: readonly string[],
  { seed, mutations }: { seed: number; mutations: number },
): string {
  return [
    `# Where readings of requests differ

<!-- Written by \`npm run differential\`; do not edit. -->

The same bytes go to Sluice, to a server of Node (its own parser, llhttp) and to nginx and HAProxy with an origin behind
them: all that the [wire cases](../test/wire/README.md) send, and mutations of it. Compared is what reaches the origin, or
Node's handler: how many whole requests, and of each its method, target, host and body. A difference is the first place
where two of them part. Each class of them has a reason here why Sluice is right; one without a reason fails the command.

${tally.inputs} inputs (${mutations} mutations, seed ${seed}), ${tally.agreed} of them read alike by all.`,
    ...(["stricter", "looser", "other", "waiting"] as const).map((kind) => section(kind, tally, peers)),
    ...(tally.unexplained.length === 0 ? [] : [unexplained(tally)]),
    "",
  ].join("\n\n");
}

function section(kind: DifferenceKind, tally: Tally, peers: readonly string[]): string {
  const rows = tally.rows(kind, peers);
  if (rows.length === 0) return `${HEADINGS[kind]}\n\nNone.`;
  return `${HEADINGS[kind]}

| what | ${peers.join(" | ")} | why | example |
| --- | ${peers.map(() => "---:").join(" | ")} | --- | --- |
${rows.join("\n")}`;
}

function unexplained({ unexplained: differences }: Tally): string {
  return `## Not explained\n\n${differences.map(({ peer, kind, input }) => `- ${peer}, ${kind}: ${shown(input)}`).join("\n")}`;
}
