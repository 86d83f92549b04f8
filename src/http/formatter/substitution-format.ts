import type { LogFormatConfig } from "../../stream-info/access-log-config.js";
import { parseFormat, processHost } from "./format-parser.js";
import { JsonFormat } from "./json-format.js";
import type { LogContext } from "./log-context.js";
import { type FormatHost, UnsupportedOperator } from "./operator.js";
import { TextTemplate } from "./text-template.js";

/*
 * Formats with command operators (`envoy.config.core.v3.SubstitutionFormatString`): for access logs, header values and
 * the bodies of local replies. A format is compiled when configuration arrives and then belongs to nobody: it keeps no
 * state of a stream.
 */

export interface SubstitutionFormat {
  /** Operators of the format that never have a value, as they stand in it; who loads configuration warns of them. */
  readonly unsupported: readonly string[];
  /** The line, body or value, as a string of bytes. */
  formatText(context: LogContext): string;
}

/** Compiles a format. Throws `FormatError`. */
export function compileFormat(config: LogFormatConfig, host: FormatHost = processHost()): SubstitutionFormat {
  if (config.kind === "json") return new JsonFormat(config.json, config.omitEmptyValues, host);
  return new TextFormat(config.text, config.omitEmptyValues, host);
}

/** Text with operators in it. */
export class TextFormat implements SubstitutionFormat {
  readonly unsupported: readonly string[];
  /** What every stream gets when there are no operators; null when there are. */
  readonly constant: string | null;
  private readonly template: TextTemplate;

  /** Throws `FormatError`. */
  // control plane: runs when a format is compiled
  constructor(text: string, omitEmptyValues = false, host: FormatHost = processHost()) {
    const parsed = parseFormat(text, host);
    this.template = new TextTemplate(parsed, omitEmptyValues);
    this.constant = parsed.operators.length === 0 ? (parsed.literals[0] as string) : null;
    this.unsupported = parsed.operators.filter((o) => o instanceof UnsupportedOperator).map((o) => o.source);
  }

  formatText(context: LogContext): string {
    return this.template.render(context);
  }
}
