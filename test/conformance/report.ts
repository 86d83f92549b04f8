import type { Examination } from "./examination.js";
import type { Probe, ProbeGroup } from "./probe.js";

/** Where and when the probes were run. */
export interface Circumstances {
  readonly date: string;
  readonly node: string;
  readonly waitMs: number;
  /** Proxies that are not here, with the reason. */
  readonly missing: readonly string[];
}

const INTRODUCTION = `# Proxies compared by what they do on the wire

<!-- Written by \`npm run conformance\`; do not edit. -->

Each probe is a raw client on one side of a proxy and a recording origin on the other. It sends bytes, looks at the bytes
that come, and passes or fails by the section that it names (RFC numbers before the section). \`wanted\` marks what no RFC
requires and users of a proxy rely on. Where an RFC leaves a choice, every choice passes. A peer that hangs, or whose
process ends, fails. \`npm test\` puts all probes to Sluice.`;

/** The whole page. */
export function reportOf(
  groups: readonly ProbeGroup[],
  examinations: readonly Examination[],
  circumstances: Circumstances,
): string {
  return [
    INTRODUCTION,
    summary(groups, examinations, circumstances),
    ...groups.map((group) => groupTable(group, examinations)),
    "## What was seen",
    ...examinations.map((examination) => failures(groups, examination)),
    "",
  ].join("\n\n");
}

function summary(
  groups: readonly ProbeGroup[],
  examinations: readonly Examination[],
  { date, node, waitMs, missing }: Circumstances,
): string {
  const probes = groups.flatMap((group) => group.probes);
  const rows = examinations.map(({ name, version, setup, verdicts }) => {
    const counts = (["MUST", "SHOULD", "wanted"] as const).map((level) => {
      const ofLevel = probes.filter((probe) => probe.level === level);
      return `${ofLevel.filter((probe) => verdicts.get(probe) === null).length} of ${ofLevel.length}`;
    });
    return `| ${name} | ${version} | ${counts.join(" | ")} | ${setup} |`;
  });
  const absent = missing.map((reason) => `\n\nNot here: ${reason}.`).join("");
  return `Run on ${date} with Node ${node}; a wait ends after ${waitMs} ms.

| proxy | version | MUST | SHOULD | wanted | set up with |
| --- | --- | --- | --- | --- | --- |
${rows.join("\n")}${absent}`;
}

function groupTable(group: ProbeGroup, examinations: readonly Examination[]): string {
  const names = examinations.map(({ name }) => name);
  const rows = group.probes.map((probe) => {
    const cells = examinations.map(({ verdicts }) => (verdicts.get(probe) === null ? "✓" : "**✗**"));
    return `| ${probe.title} | ${probe.section} | ${probe.level} | ${cells.join(" | ")} |`;
  });
  return `## ${group.title}

| probe | RFC | level | ${names.join(" | ")} |
| --- | --- | --- | ${names.map(() => "---").join(" | ")} |
${rows.join("\n")}`;
}

function failures(groups: readonly ProbeGroup[], { name, version, verdicts }: Examination): string {
  const lines = groups.flatMap(({ title, probes }) =>
    probes.flatMap((probe) => lineOf(title, probe, verdicts.get(probe) ?? null)),
  );
  return `### ${name} ${version}\n\n${lines.length === 0 ? "Passes all." : lines.join("\n")}`;
}

function lineOf(group: string, probe: Probe, verdict: string | null): string[] {
  return verdict === null ? [] : [`- ${group}: ${probe.title}: ${asText(verdict)}`];
}

/** What came over the wire is not to be read as Markdown. */
function asText(seen: string): string {
  return seen.replace(/[`*_<>|[\]\\~]/g, "\\$&").replace(/[^ -~]/g, (character) => {
    return `(${character.charCodeAt(0).toString(16).padStart(2, "0")})`;
  });
}
