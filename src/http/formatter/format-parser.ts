// control plane: runs when a format is compiled

import { hostname } from "node:os";
import { utf8Bytes } from "./byte-text.js";
import { CoalesceOperator, parseCoalesce } from "./coalesce-operator.js";
import { FormatError } from "./format-error.js";
import { type FormatHost, NO_LIMIT, type Operator, UnsupportedOperator } from "./operator.js";
import { OPERATORS, type OperatorSyntax } from "./operator-table.js";
import { isUnsupportedOperator } from "./unsupported-operators.js";

/** A format string in pieces: `literals[0]`, then each operator followed by the next literal. */
export interface ParsedFormat {
  /** Always one more than there are operators; may be empty strings. */
  readonly literals: readonly string[];
  readonly operators: readonly Operator[];
}

const NAME = /[A-Z0-9_]+/y;
/** What ends an operator behind its parameters: the first `)` that is followed by this. */
const LIMIT_AND_END = /(?::(\d+))?%/y;

/** Compiles a format string. Throws `FormatError`, with the offset of what is wrong. */
export function parseFormat(text: string, host: FormatHost = processHost()): ParsedFormat {
  const literals: string[] = [];
  const operators: Operator[] = [];
  let literal = "";
  let at = 0;
  for (;;) {
    const percent = text.indexOf("%", at);
    if (percent < 0) break;
    literal += text.slice(at, percent);
    if (text.charAt(percent + 1) === "%") {
      literal += "%";
      at = percent + 2;
      continue;
    }
    const command = scanCommand(text, percent);
    operators.push(buildOperator(command, host));
    literals.push(utf8Bytes(literal));
    literal = "";
    at = command.end;
  }
  literals.push(utf8Bytes(literal + text.slice(at)));
  return { literals, operators };
}

/** The machine and environment that this process runs in. */
export function processHost(): FormatHost {
  // biome-ignore lint/style/noProcessEnv: %ENVIRONMENT(X)% is the environment by definition
  return { hostname: hostname(), environment: process.env };
}

/** Every name that may stand in a format, for suggestions to who misspelt one. */
export function operatorNames(): string[] {
  return [...OPERATORS.keys(), "COALESCE"];
}

/** `%NAME(params):limit%` as it stands in the text, from `start` to `end`. */
interface Command {
  readonly start: number;
  readonly name: string;
  readonly params: string;
  readonly paramsStart: number;
  readonly limit: number | null;
  readonly end: number;
}

function scanCommand(text: string, start: number): Command {
  NAME.lastIndex = start + 1;
  const name = NAME.exec(text)?.[0];
  if (name === undefined) throw new FormatError("an operator's name must follow %; write %% for a percent sign", start);
  const afterName = NAME.lastIndex;
  if (text.charAt(afterName) !== "(") {
    const tail = scanTail(text, afterName);
    if (tail === null) throw new FormatError(`%${name} is not closed with %`, start);
    return { start, name, params: "", paramsStart: afterName, limit: tail.limit, end: tail.end };
  }
  const paramsStart = afterName + 1;
  for (let close = text.indexOf(")", paramsStart); close >= 0; close = text.indexOf(")", close + 1)) {
    const tail = scanTail(text, close + 1);
    if (tail === null) continue;
    return { start, name, params: text.slice(paramsStart, close), paramsStart, limit: tail.limit, end: tail.end };
  }
  throw new FormatError(`%${name}( is not closed with )%`, start);
}

function scanTail(text: string, at: number): { readonly limit: number | null; readonly end: number } | null {
  LIMIT_AND_END.lastIndex = at;
  const match = LIMIT_AND_END.exec(text);
  if (match === null) return null;
  return { limit: match[1] === undefined ? null : Math.min(Number(match[1]), NO_LIMIT), end: LIMIT_AND_END.lastIndex };
}

function buildOperator(command: Command, host: FormatHost): Operator {
  const { name, params, start, paramsStart } = command;
  if (isUnsupportedOperator(name)) return new UnsupportedOperator(params === "" ? name : `${name}(${params})`);
  const syntax = name === "COALESCE" ? COALESCE : OPERATORS.get(name);
  if (syntax === undefined) throw new FormatError(`unknown operator %${name}%`, start);
  checkSyntax(command, syntax);
  try {
    return syntax.build(params, command.limit ?? NO_LIMIT, host);
  } catch (error) {
    throw error instanceof FormatError ? error.movedBy(paramsStart) : error;
  }
}

function checkSyntax(command: Command, syntax: OperatorSyntax): void {
  const { name, params, limit, start } = command;
  if (syntax.params === "none" && params !== "") throw new FormatError(`%${name}% takes no parameters`, start);
  if (syntax.params === "required" && params === "") throw new FormatError(`%${name}% needs a parameter`, start);
  if (!syntax.limit && limit !== null) throw new FormatError(`%${name}% cannot be cut with :${limit}`, start);
}

/** Not in the table, since it is built from all of the table's operators. */
const COALESCE: OperatorSyntax = { params: "required", limit: true, build: buildCoalesce };

function buildCoalesce(json: string, limit: number, host: FormatHost): CoalesceOperator {
  const operators = parseCoalesce(json).map(({ command: name, params, limit: entryLimit }) => {
    try {
      return buildOperator({ start: 0, name, params, paramsStart: 0, limit: entryLimit, end: 0 }, host);
    } catch (error) {
      throw error instanceof FormatError ? error.inParameterOf("COALESCE") : error;
    }
  });
  return new CoalesceOperator(operators, limit);
}
