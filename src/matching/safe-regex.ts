import { RE2JS, RE2JSSyntaxException } from "re2js";
import { unicodeText } from "./wire-text.js";

/** Why a pattern is none: what RE2 says of it, and where in the pattern that is. */
export interface RegexFault {
  readonly reason: string;
  /** Offset into the pattern of the part that is wrong; -1 when it is the pattern as a whole. */
  readonly offset: number;
}

/**
 * A regular expression of RE2, the engine of Envoy (`envoy.type.matcher.v3.RegexMatcher`). Its time is linear in the
 * length of the input, whatever pattern and input are (docs/decisions/0020-linear-regex.md). Bytes of messages are
 * matched as the UTF-8 that they are.
 */
export class SafeRegex {
  readonly pattern: string;
  private readonly program: RE2JS;

  /** Throws on a pattern that `regexFault` finds fault with: configuration asks first. */
  // control plane: patterns are compiled when configuration arrives
  constructor(pattern: string) {
    this.pattern = pattern;
    this.program = RE2JS.compile(pattern);
  }

  /** The whole of a text of a message is one match. */
  matches(wire: string): boolean {
    return this.program.testExact(unicodeText(wire));
  }

  /** Some part of a text of our own, such as the name of a stat, is a match. */
  finds(text: string): boolean {
    return this.program.test(text);
  }

  /** RE2's measure of how much a pattern costs. */
  get programSize(): number {
    return this.program.programSize();
  }
}

/** Null for a pattern that can be used. */
export function regexFault(pattern: string): RegexFault | null {
  try {
    RE2JS.compile(pattern);
    return null;
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) {
      return { reason: error instanceof Error ? error.message : String(error), offset: -1 };
    }
    const part = error.getPattern() ?? "";
    // A missing bracket is named with the whole rest of the pattern, anything else with the part that is wrong.
    const offset = part === "" || part === pattern ? -1 : pattern.lastIndexOf(part);
    return { reason: error.getDescription(), offset };
  }
}
