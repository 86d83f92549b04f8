import { isTest, type SourceFile } from "../source/source-file.js";
import type { Violation } from "../source/violation.js";
import { findAll, type MarkdownFile } from "./markdown-file.js";

const RULE = "docs-flow";
const STEP_TABLE = "src/flow/flow-step.ts";
const STEP_ROW = /^\| ([A-G]\d[a-c]?) \|/g;

/** The steps as the code knows them: their labels, and the names they are recorded by. */
export interface FlowTable {
  readonly labels: readonly string[];
  /** Label by name: `filterEncode` is D3. */
  readonly names: ReadonlyMap<string, string>;
}

/** Each step has exactly one row in the document and is recorded, or named in a comment, somewhere in the code. */
export function checkFlow(document: MarkdownFile, table: FlowTable, sources: readonly SourceFile[]): Violation[] {
  const rows = findAll(document, STEP_ROW);
  const problems: Violation[] = [];
  const report = (line: number, message: string): void => {
    problems.push({ path: document.path, line, column: 1, rule: RULE, message });
  };
  for (const [index, { text, line }] of rows.entries()) {
    if (!table.labels.includes(text)) report(line, `there is no step ${text}`);
    if (rows.findIndex((row) => row.text === text) !== index) report(line, `the step ${text} stands here twice`);
  }
  const taken = stepsTaken(table, sources);
  for (const label of table.labels) {
    if (!rows.some(({ text }) => text === label)) report(1, `the step ${label} has no row`);
    if (!taken.has(label)) report(1, `the step ${label} is neither recorded nor named in a comment of the code`);
  }
  return problems;
}

function stepsTaken(table: FlowTable, sources: readonly SourceFile[]): Set<string> {
  const taken = new Set<string>();
  for (const { path, ast } of sources) {
    if (path === STEP_TABLE || path.startsWith("src/flow/") || isTest(path)) continue;
    for (const match of ast.text.matchAll(/FlowSteps\.(\w+)/g)) {
      const label = table.names.get(match[1] as string);
      if (label !== undefined) taken.add(label);
    }
    for (const comment of ast.text.matchAll(/\/\/.*|^\s*\/?\*.*/gm)) {
      for (const match of comment[0].matchAll(/\b[A-G]\d[a-c]?\b/g)) taken.add(match[0]);
    }
  }
  return taken;
}
