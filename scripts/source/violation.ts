import type ts from "typescript";
import type { SourceFile } from "./source-file.js";

export interface Violation {
  readonly path: string;
  /** Line and column count from one, as editors do. */
  readonly line: number;
  readonly column: number;
  readonly rule: string;
  readonly message: string;
}

export function violationAt(source: SourceFile, node: ts.Node, rule: string, message: string): Violation {
  const start = source.ast.getLineAndCharacterOfPosition(node.getStart(source.ast));
  return { path: source.path, line: start.line + 1, column: start.character + 1, rule, message };
}

/** Prints what was found, in the order of files and lines. Returns the exit code of a checker. */
export function report(violations: Violation[], checkedFiles: number): number {
  violations.sort(byPlace);
  for (const { path, line, column, rule, message } of violations) {
    console.error(`${path}:${line}:${column}: ${message} [${rule}]`);
  }
  console.log(`${checkedFiles} files checked, ${violations.length} violations.`);
  return violations.length === 0 ? 0 : 1;
}

function byPlace(a: Violation, b: Violation): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line || a.column - b.column;
}
