import type { Violation } from "../source/violation.js";
import type { MarkdownFile } from "./markdown-file.js";

const RULE = "docs-conformance";
/** A row of a table of requirements: section, level, text, cases. */
const REQUIREMENT = /^\| [^|]+ \| (?:MUST|SHOULD|MAY) \| [^|]+ \|(.*)\|$/;
const WIRE_CASE = /\]\(\.\.\/test\/wire\/[\w-]+\.md#[\w-]+\)/;

/**
 * Every requirement names at least one case, by a link to its heading; that the heading is there is checked as for any
 * other link.
 */
export function checkConformance(file: MarkdownFile): Violation[] {
  const violations: Violation[] = [];
  let requirements = 0;
  for (const [index, line] of file.lines.entries()) {
    const cases = REQUIREMENT.exec(line)?.[1];
    if (cases === undefined) continue;
    requirements++;
    if (WIRE_CASE.test(cases)) continue;
    violations.push(violation(file, index + 1, "the requirement has no case in test/wire"));
  }
  if (requirements === 0) violations.push(violation(file, 1, "there are no requirements"));
  return violations;
}

function violation(file: MarkdownFile, line: number, message: string): Violation {
  return { path: file.path, line, column: 1, rule: RULE, message };
}
