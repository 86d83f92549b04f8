import type { Violation } from "../source/violation.js";
import type { MarkdownFile } from "./markdown-file.js";

const RULE = "docs-decision";
const DECISION = /^docs\/decisions\/(\d{4})-[a-z0-9-]+\.md$/;

/** Decisions are cited by number: each has its own, and its heading says the same as its file's name. */
export function checkDecisions(documents: readonly MarkdownFile[]): Violation[] {
  const violations: Violation[] = [];
  const taken = new Map<number, string>();
  for (const file of documents) {
    const digits = DECISION.exec(file.path)?.[1];
    if (digits === undefined) continue;
    const number = Number(digits);
    const other = taken.get(number);
    if (other !== undefined) violations.push(violation(file, `${other} has this number too`));
    taken.set(number, file.path);
    if (file.lines[0]?.startsWith(`# ${number}. `) !== true) {
      violations.push(violation(file, `the heading does not begin with '# ${number}. '`));
    }
  }
  return violations;
}

function violation(file: MarkdownFile, message: string): Violation {
  return { path: file.path, line: 1, column: 1, rule: RULE, message };
}
