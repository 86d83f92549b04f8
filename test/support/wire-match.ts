import assert from "node:assert/strict";
import { showBytes } from "./visible-text.js";
import { WILDCARD } from "./wire-text.js";

/*
 * Compares what a side received with what a wire case expects: byte for byte, except for what RFC 9110 and 9112 leave
 * open and may change with how the bytes arrived: the order of fields with different names, and where a chunked body is
 * cut into chunks.
 */

/** Fails with a diff when `actual` is not what is `expected`. Both are latin1; `WILDCARD` stands for part of a line. */
export function assertWireText(actual: string, expected: string, message: string): void {
  const canonicalActual = canonicalText(actual);
  const filled = fillWildcards(canonicalText(expected), canonicalActual);
  if (filled === canonicalActual) return;
  assert.fail(`${message}\n${diffOf(showBytes(filled), showBytes(canonicalActual))}`);
}

/** True when a single line is as expected. */
export function matchesLine(actual: string, expected: string): boolean {
  return lineMatcher(expected).test(actual);
}

// ---- canonical form

/** A head: a request or status line, fields, and the empty line. */
const HEAD = /(?:HTTP\/1\.[01] \d{3}[^\r\n]*|[!-~]+ [^\r\n]* HTTP\/1\.[01])\r\n(?:[^\r\n]+\r\n)*\r\n/g;
const CHUNKED = /^transfer-encoding: chunked$/m;

function canonicalText(text: string): string {
  let canonical = "";
  let at = 0;
  HEAD.lastIndex = 0;
  for (let match = HEAD.exec(text); match !== null; match = HEAD.exec(text)) {
    canonical += text.slice(at, match.index) + sortFields(match[0]);
    at = match.index + match[0].length;
    if (!CHUNKED.test(match[0].replaceAll("\r", ""))) continue;
    const body = joinChunks(text, at);
    canonical += body.text;
    at = body.end;
    HEAD.lastIndex = at;
  }
  return canonical + text.slice(at);
}

/** Sorted by name; fields of the same name stay in order, which has a meaning. */
function sortFields(head: string): string {
  const [startLine = "", ...lines] = head.slice(0, -4).split("\r\n");
  const sorted = lines
    .map((line, index) => ({ line, index, name: line.slice(0, line.indexOf(":")) }))
    .sort((a, b) => compareText(a.name, b.name) || a.index - b.index);
  return `${[startLine, ...sorted.map((field) => field.line)].join("\r\n")}\r\n\r\n`;
}

function compareText(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** All complete chunks from `start` as one; a last chunk, trailers or an incomplete rest stay as they are. */
function joinChunks(text: string, start: number): { text: string; end: number } {
  let data = "";
  let at = start;
  for (;;) {
    const size = /^([0-9a-f]{1,8})\r\n/.exec(text.slice(at, at + 12));
    const length = Number.parseInt(size?.[1] ?? "0", 16);
    const end = at + (size?.[0].length ?? 0) + length;
    if (length === 0 || text.slice(end, end + 2) !== "\r\n") break;
    data += text.slice(end - length, end);
    at = end + 2;
  }
  return { text: data === "" ? "" : `${data.length.toString(16)}\r\n${data}\r\n`, end: at };
}

// ---- wildcards

/** Puts what came in place of the wildcards, so that a diff shows only what is wrong. */
function fillWildcards(expected: string, actual: string): string {
  const candidates = actual.split("\r\n");
  return expected
    .split("\r\n")
    .map((line) => {
      if (!line.includes(WILDCARD)) return line;
      const matcher = lineMatcher(line);
      const at = candidates.findIndex((candidate) => matcher.test(candidate));
      if (at < 0) return line.replaceAll(WILDCARD, "<anything>");
      // Each line that came stands for one expected line, the first for the first.
      return candidates.splice(0, at + 1)[at] as string;
    })
    .join("\r\n");
}

function lineMatcher(line: string): RegExp {
  const literals = line.split(WILDCARD).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${literals.join("[^\\r\\n]+")}$`);
}

// ---- failures

/** Lines of the one and the other: `-` was expected and did not come, `+` came and was not expected. */
function diffOf(expected: string, actual: string): string {
  const left = expected.split("\n");
  const right = actual.split("\n");
  const common = longestCommon(left, right);
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  for (const [nextI, nextJ] of [...common, [left.length, right.length] as const]) {
    while (i < nextI) lines.push(`- ${left[i++]}`);
    while (j < nextJ) lines.push(`+ ${right[j++]}`);
    if (i < left.length) lines.push(`  ${left[i]}`);
    i++;
    j++;
  }
  return lines
    .map((line) => (line.length > 400 ? `${line.slice(0, 400)} [... ${line.length} in all]` : line))
    .join("\n");
}

/** Positions of a longest common subsequence of two lists of lines. */
function longestCommon(left: readonly string[], right: readonly string[]): (readonly [number, number])[] {
  const width = right.length + 1;
  const lengths = new Uint32Array((left.length + 1) * width);
  for (let i = left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      const at = i * width + j;
      lengths[at] =
        left[i] === right[j]
          ? (lengths[at + width + 1] as number) + 1
          : Math.max(lengths[at + width] as number, lengths[at + 1] as number);
    }
  }
  const pairs: (readonly [number, number])[] = [];
  let i = 0;
  let j = 0;
  while (i < left.length && j < right.length) {
    if (left[i] === right[j]) pairs.push([i++, j++]);
    else if ((lengths[(i + 1) * width + j] as number) >= (lengths[i * width + j + 1] as number)) i++;
    else j++;
  }
  return pairs;
}
