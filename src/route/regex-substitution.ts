import { RE2JS } from "re2js";
import type { RegexSubstitutionConfig } from "./path-rewrite-config.js";

/** Replaces every match of a pattern, with RE2's rules for substitutions. Time is linear in the text for each match. */
export class RegexSubstitution {
  private readonly program: RE2JS;
  /** Literal text and numbers of groups in turn, beginning with text. */
  private readonly literals: string[] = [];
  private readonly groups: number[] = [];

  /** Throws on a bad pattern or substitution: configuration asks `substitutionFault` first. */
  // control plane: patterns are compiled when configuration arrives
  constructor(config: RegexSubstitutionConfig) {
    this.program = RE2JS.compile(config.pattern);
    let literal = "";
    for (let i = 0; i < config.substitution.length; i++) {
      const character = config.substitution[i] as string;
      if (character !== "\\") {
        literal += character;
        continue;
      }
      i++;
      const escaped = config.substitution[i] as string;
      if (escaped === "\\") {
        literal += escaped;
        continue;
      }
      this.literals.push(literal);
      this.groups.push(Number(escaped));
      literal = "";
    }
    this.literals.push(literal);
  }

  replaceAll(text: string): string {
    const matcher = this.program.matcher(text);
    let result = "";
    let copied = 0;
    let lastEnd = -1;
    while (matcher.find()) {
      const start = matcher.start();
      const end = matcher.end();
      // As RE2: nothing is not matched where something was just now.
      if (start === end && start === lastEnd) continue;
      result += text.slice(copied, start) + this.literals[0];
      for (let i = 0; i < this.groups.length; i++) {
        result += (matcher.group(this.groups[i] as number) ?? "") + (this.literals[i + 1] as string);
      }
      copied = end;
      lastEnd = end;
    }
    return copied === 0 && lastEnd < 0 ? text : result + text.slice(copied);
  }
}

/** What is wrong with a substitution for a pattern that has so many groups; null for nothing. */
export function substitutionFault(substitution: string, groupCount: number): string | null {
  for (let i = 0; i < substitution.length; i++) {
    if (substitution[i] !== "\\") continue;
    i++;
    const escaped = substitution[i];
    if (escaped === "\\") continue;
    if (escaped === undefined) return "a backslash at the end stands for nothing";
    if (escaped < "0" || escaped > "9") return `\\${escaped} stands for nothing: only \\0 to \\9 and \\\\ do`;
    if (Number(escaped) > groupCount) return `\\${escaped} stands for a group, but the pattern has ${groupCount}`;
  }
  return null;
}

/** How many groups a pattern has that can be compiled. */
export function regexGroupCount(pattern: string): number {
  return RE2JS.compile(pattern).groupCount();
}
