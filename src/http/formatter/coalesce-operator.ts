import { FormatError } from "./format-error.js";
import type { LogContext } from "./log-context.js";
import { NO_LIMIT, type Operator, truncate } from "./operator.js";

/** `%COALESCE({"operators": [...]}):Z%`: the first of several operators that has a value which is not empty. */
export class CoalesceOperator implements Operator {
  readonly numeric: boolean;
  private readonly operators: readonly Operator[];
  private readonly limit: number;

  // control plane: runs when a format is compiled
  constructor(operators: readonly Operator[], limit: number) {
    this.operators = operators;
    this.limit = limit;
    this.numeric = operators.every((operator) => operator.numeric);
  }

  format(context: LogContext): string | null {
    for (let i = 0; i < this.operators.length; i++) {
      const value = (this.operators[i] as Operator).format(context);
      if (value !== null && value !== "") return truncate(value, this.limit);
    }
    return null;
  }
}

/** One operator as it stands in the JSON parameter. */
export interface CoalesceEntry {
  readonly command: string;
  readonly params: string;
  /** null when it is not to be cut. */
  readonly limit: number | null;
}

/** Reads the JSON parameter; every error is at its start, since JSON does not tell us more. */
// control plane: runs when a format is compiled
export function parseCoalesce(params: string): CoalesceEntry[] {
  const config = parseJson(params);
  const operators = isRecord(config) ? config.operators : undefined;
  if (!Array.isArray(operators) || operators.length === 0) {
    throw new FormatError("COALESCE takes a JSON object with a list of operators", 0);
  }
  return operators.map(parseEntry);
}

// control plane: runs when a format is compiled
function parseEntry(entry: unknown): CoalesceEntry {
  if (typeof entry === "string") return { command: entry, params: "", limit: null };
  if (!isRecord(entry) || typeof entry.command !== "string") {
    throw new FormatError("an operator of COALESCE is a name or an object with a command", 0);
  }
  const { command, param = "", max_length: limit = null } = entry;
  if (typeof param !== "string") throw new FormatError("param of a COALESCE operator is a string", 0);
  if (limit === null) return { command, params: param, limit };
  if (typeof limit !== "number" || !Number.isInteger(limit) || limit <= 0) {
    throw new FormatError("max_length of a COALESCE operator is a positive integer", 0);
  }
  return { command, params: param, limit: Math.min(limit, NO_LIMIT) };
}

// control plane: runs when a format is compiled
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw notJson(error as SyntaxError);
  }
}

function notJson(cause: SyntaxError): FormatError {
  return new FormatError(`COALESCE takes a JSON object: ${cause.message}`, 0, "", { cause });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
