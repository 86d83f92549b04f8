import { isTest, type SourceFile } from "../source/source-file.js";
import type { Violation } from "../source/violation.js";

const RULE = "file-length";
/** Beyond it, a file holds more than one responsibility. */
const MAX_LINES = 500;
/** From here on it is worth asking whether it does. */
const QUESTIONABLE_LINES = 300;
/** Long tables of constants, which only get worse when they are cut. */
const TABLE_FILES: readonly string[] = [
  "src/http/codec/http2/hpack/huffman-table.ts",
  "src/http/codec/http2/hpack/static-table.ts",
];

export function checkFileLength(source: SourceFile): Violation[] {
  const lines = lineCountOf(source);
  if (!isOurs(source.path) || lines <= MAX_LINES) return [];
  const message = `${lines} lines, ${MAX_LINES} are allowed: split by a responsibility that has a name`;
  return [{ path: source.path, line: MAX_LINES + 1, column: 1, rule: RULE, message }];
}

/** Files to think about: long, and still allowed. */
export function questionablyLong(sources: readonly SourceFile[]): string[] {
  const warnings: string[] = [];
  for (const source of sources) {
    const lines = lineCountOf(source);
    const isProduct = isOurs(source.path) && !isTest(source.path);
    if (isProduct && lines > QUESTIONABLE_LINES) warnings.push(`${source.path}: ${lines} lines`);
  }
  return warnings;
}

function isOurs(path: string): boolean {
  return path.startsWith("src/") && !TABLE_FILES.includes(path);
}

/** A newline at the end does not begin a line. */
function lineCountOf({ ast }: SourceFile): number {
  const starts = ast.getLineStarts().length;
  return ast.text.endsWith("\n") ? starts - 1 : starts;
}
