import type { YAMLParseError } from "yaml";
import { openFlow, openQuote } from "./yaml-brackets.js";
import { levelsAt, linesOf, type YamlLine } from "./yaml-lines.js";

/** What is wrong with the syntax of a text, where a person would look for it, and what to write. */
export interface SyntaxFault {
  readonly offset: number;
  readonly message: string;
  readonly suggestion: string;
}

/**
 * A parser says where it could not go on, which is often a line or more behind the slip. This looks around for the slips
 * that are usual: tabs, indentation, colons, quotes, brackets.
 */
export function explainSyntax(error: YAMLParseError, text: string): SyntaxFault {
  const at = Math.min(error.pos[0], text.length);
  const lines = linesOf(text);
  const index = lines.findLastIndex(({ start }) => start <= at);
  const line = lines[index];
  const fault =
    line === undefined
      ? null
      : (foreignComment(lines, index) ??
        faultOfCharacter(error, text, at, line) ??
        faultOfLine(error, lines, index, line));
  return fault ?? { offset: at, message: plainText(error), suggestion: "" };
}

/** A comment as programs have it, in JSON most often: the parser goes on for a while before it stumbles. */
function foreignComment(lines: readonly YamlLine[], index: number): SyntaxFault | null {
  const line = lines.slice(0, index + 2).find(({ content }) => /^(?:\/\/|\/\*)/.test(content));
  if (line === undefined) return null;
  return found(
    line.start + line.indent,
    "this is no comment in YAML, also where it is written as JSON",
    "begin it with `#`",
  );
}

/** The parser's own text, or a plainer one. */
function plainText({ message }: YAMLParseError): string {
  if (message.startsWith("Unexpected , in flow")) return "a comma too many";
  if (message.startsWith("Missing , ")) return "a comma is missing before this";
  const closing = /^Unexpected flow-(?:map|seq)-end token in YAML stream: "(.)"/.exec(message)?.[1];
  if (closing !== undefined) return `this \`${closing}\` closes nothing`;
  return message.split(" at line ")[0] ?? message;
}

function faultOfCharacter(error: YAMLParseError, text: string, at: number, line: YamlLine): SyntaxFault | null {
  const tab = line.text.slice(0, line.text.search(/[^\s]|$/)).indexOf("\t");
  if (tab !== -1) return found(line.start + tab, "a tab cannot indent in YAML", "use spaces");
  const variable = /\$\{[^}]*\}|\{\{.*?\}\}/.exec(line.text);
  if (variable !== null && error.code !== "MISSING_CHAR") {
    const hint = "replace it before the file is read, or put it in quotes if it is meant literally";
    return found(line.start + variable.index, `${variable[0]}: variables are not replaced in a configuration`, hint);
  }
  if (error.code === "BAD_ALIAS" || error.code === "BAD_SCALAR_START") {
    const start = text[at - 1] === "*" || text[at - 1] === "&" ? at - 1 : at;
    const token = /^[^\s,\]}]*/.exec(text.slice(start, start + 200))?.[0].replace(/:$/, "") ?? "";
    return found(start, `\`${token[0] ?? ""}\` cannot begin a value or key without quotes`, `write "${token}"`);
  }
  if (/quote/.test(error.message)) {
    const open = openQuote(text);
    if (open !== null) return found(open, "this quote is never closed", "");
  }
  if (/^Flow (map|sequence)/.test(error.message)) {
    const open = openFlow(text, at);
    if (open !== null) return found(open, `this \`${text[open]}\` is never closed`, "");
  }
  return null;
}

/** `{ key: a: b }` */
const IN_FLOW = /[{,] *\w+: ([^"'{[\s,}][^,{}"']*: [^,{}"']*?) *[,}]/;

/** Columns further away were not meant. */
const NEAR = 4;

/** What is wrong with the form of a line that the parser took for something else. */
function faultOfLine(
  error: YAMLParseError,
  lines: readonly YamlLine[],
  index: number,
  line: YamlLine,
): SyntaxFault | null {
  const { content, start } = line;
  const noSpace = /^(?:- )*([\w.]+):([^\s:/].*)$/.exec(content);
  if (noSpace !== null) {
    const colon = start + line.text.indexOf(`${noSpace[1]}:`) + (noSpace[1]?.length ?? 0);
    return found(colon, "a space is missing behind the colon", `write \`${noSpace[1]}: ${noSpace[2]}\``);
  }
  const noColon = /^(?:- )*([a-z_]+) +([^:\s]+)$/.exec(content);
  if (noColon !== null && error.code !== "BAD_INDENT") {
    return found(
      start + line.indent,
      "a colon is missing between key and value",
      `write \`${noColon[1]}: ${noColon[2]}\``,
    );
  }
  const second = /^(?:- )*[\w."'@]+: +([^"'{[|>&*!\s].*: .*)$/.exec(content) ?? IN_FLOW.exec(content);
  if (second?.[1] !== undefined) {
    const offset = start + line.text.indexOf(second[1]);
    return found(offset, "a value with `: ` in it needs quotes", `write "${second[1]}"`);
  }
  // The indentation of JSON means nothing.
  return /^[{[]/.test(lines[0]?.content ?? "") ? null : faultOfIndent(lines, index);
}

function faultOfIndent(lines: readonly YamlLine[], index: number): SyntaxFault | null {
  const line = lines[index];
  const next = lines[index + 1];
  if (line === undefined) return null;
  const levels = levelsAt(lines, index);
  // A line that is itself out of line is the slip, and not the one below it.
  const isPlaced = levels.length === 0 || levels.some(({ column }) => column === line.indent);
  const hasValue = /^(?:- )*[\w."'@]+: +[^{[|>#\s]/.test(line.content);
  if (isPlaced && hasValue && next !== undefined && next.indent > line.keyColumn) {
    const message = `indented more than line ${line.number}, which has its value already`;
    return found(next.start + next.indent, message, `indent it by ${spaces([line.keyColumn])}`);
  }
  const inList = levels.some(({ column, isList }) => isList && column === line.indent);
  const maps = levels.filter(({ isList }) => !isList).map(({ column }) => column);
  if (inList && !line.content.startsWith("- ")) {
    const around = maps.filter((column) => column !== line.indent && Math.abs(column - line.indent) <= NEAR);
    const hint =
      around.length === 0 ? "begin the item with `- `" : `begin it with \`- \`, or indent it by ${spaces(around)}`;
    return found(line.start + line.indent, "items of a list stand in this column, and this is none", hint);
  }
  if (!isPlaced) {
    const near = maps.filter((column) => Math.abs(column - line.indent) <= NEAR);
    const hint = near.length === 0 ? "" : `indent it by ${spaces(near)}`;
    return found(line.start + line.indent, `no line above is indented by ${spaces([line.indent])}`, hint);
  }
  return null;
}

function spaces(columns: readonly number[]): string {
  const numbers = [...new Set(columns)].sort((a, b) => b - a);
  return `${numbers.join(" or ")} ${numbers.length === 1 && numbers[0] === 1 ? "space" : "spaces"}`;
}

function found(offset: number, message: string, suggestion: string): SyntaxFault {
  return { offset, message, suggestion };
}
