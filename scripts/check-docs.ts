/* npm run docs: what the documents name (files, links, scripts, options, steps, methods) is there. */
import { readFileSync } from "node:fs";
import { usageText } from "../src/cli/command-line.js";
import { FLOW_STEP_LABELS, FlowSteps, flowStepLabel } from "../src/flow/flow-step.js";
import { checkOptions, checkScripts, optionsOf } from "./docs/command-rule.js";
import { checkConformance } from "./docs/conformance-rule.js";
import { checkDecisions } from "./docs/decision-rule.js";
import { checkFlow, type FlowTable } from "./docs/flow-rule.js";
import { filesBelow, readDocuments, readWireCases } from "./docs/markdown-file.js";
import { checkMembers, membersOf } from "./docs/member-rule.js";
import { checkPaths } from "./docs/path-rule.js";
import { readSources } from "./source/source-file.js";
import { report, type Violation } from "./source/violation.js";

const root = process.cwd();
const files = filesBelow(root, "");
const documents = readDocuments(root);
const linked = [...documents, ...readWireCases(root)];
const sources = readSources(root, "src");
const members = membersOf(sources);
const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { scripts: Record<string, string> };
const scriptNames = new Set(Object.keys(scripts));

const FLOW: FlowTable = {
  labels: FLOW_STEP_LABELS,
  names: new Map(Object.entries(FlowSteps).map(([name, step]) => [name, flowStepLabel(step)])),
};

/** The documents that owe completeness. */
const COMPLETE: Readonly<Record<string, (file: (typeof documents)[number]) => Violation[]>> = {
  "README.md": (file) => checkOptions(file, optionsOf(usageText())),
  "docs/http1-conformance.md": checkConformance,
  "docs/life-of-a-request.md": (file) => checkFlow(file, FLOW, sources),
};

const violations = documents.flatMap((file) => [
  ...checkPaths(file, files, linked),
  ...checkScripts(file, scriptNames),
  ...checkMembers(file, members),
  ...(COMPLETE[file.path]?.(file) ?? []),
]);
violations.push(...checkDecisions(documents));
for (const path of Object.keys(COMPLETE)) {
  if (documents.some((file) => file.path === path)) continue;
  violations.push({ path, line: 1, column: 1, rule: "docs-path", message: "the document is missing" });
}
process.exitCode = report(violations, documents.length);
