import type { ParsedFormat } from "./format-parser.js";
import type { LogContext } from "./log-context.js";
import type { Operator } from "./operator.js";

/** Literal text and operators in turn. */
export class TextTemplate {
  private readonly literals: readonly string[];
  private readonly operators: readonly Operator[];
  /** What stands for a missing value. */
  private readonly missing: string;

  constructor(parsed: ParsedFormat, omitEmptyValues: boolean) {
    this.literals = parsed.literals;
    this.operators = parsed.operators;
    this.missing = omitEmptyValues ? "" : "-";
  }

  // Hot: once for each request and log (bench/micro/http/formatter/substitution-format.ts).
  render(context: LogContext): string {
    const literals = this.literals;
    const operators = this.operators;
    let text = literals[0] as string;
    for (let i = 0; i < operators.length; i++) {
      text += ((operators[i] as Operator).format(context) ?? this.missing) + literals[i + 1];
    }
    return text;
  }
}
