import { type ConfigProblem, renderProblems, type Severity } from "./config-problem.js";
import type { SourceText } from "./source-text.js";

/** Nobody reads more; a file with so many is no configuration. */
const MAX_PROBLEMS = 1000;

/** Collects problems while a configuration is read: nothing stops at the first one. */
export class ProblemList {
  private readonly problems: ConfigProblem[] = [];
  /** Two checks can find the same fault; the first text stays. What is wrong with a value needs to be said once. */
  private readonly seen = new Set<string>();
  private readonly marked = new Set<string>();
  private leftOut = 0;

  error(source: SourceText, offset: number, path: string, message: string, suggestion = ""): void {
    this.add("error", source, offset, path, message, suggestion);
  }

  warning(source: SourceText, offset: number, path: string, message: string, suggestion = ""): void {
    this.add("warning", source, offset, path, message, suggestion);
  }

  /** An error that has no place in a text: a file that cannot be read. */
  fileError(file: string, message: string): void {
    this.problems.push({ severity: "error", file, line: 0, column: 0, path: "", message, suggestion: "", excerpt: "" });
  }

  /** What comes from now on is only counted. */
  get isFull(): boolean {
    return this.problems.length >= MAX_PROBLEMS;
  }

  get hasErrors(): boolean {
    return this.leftOut > 0 || this.problems.some((problem) => problem.severity === "error");
  }

  /** Whether something has been said about that place. */
  isMarked(source: SourceText, offset: number): boolean {
    return this.marked.has(placeKey(source, offset));
  }

  /** In the order of the text; files in the order in which they were read. */
  sorted(): ConfigProblem[] {
    const files = [...new Set(this.problems.map((problem) => problem.file))];
    const sorted = [...this.problems].sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
    const last = sorted.at(-1);
    if (this.leftOut === 0 || last === undefined) return sorted;
    const message = `and ${this.leftOut} more problems, which are not listed`;
    return [
      ...sorted,
      { ...last, severity: "error", line: 0, column: 0, path: "", message, suggestion: "", excerpt: "" },
    ];
  }

  toString(): string {
    return renderProblems(this.sorted());
  }

  private add(
    severity: Severity,
    source: SourceText,
    offset: number,
    path: string,
    message: string,
    suggestion: string,
  ): void {
    const place = placeKey(source, offset);
    const key = `${place}\n${path}\n${severity === "error" ? "" : message}`;
    if (this.seen.has(key)) return;
    if (this.isFull) {
      this.leftOut++;
      return;
    }
    this.seen.add(key);
    this.marked.add(place);
    const { line, column } = source.lineAndColumn(offset);
    const excerpt = source.excerpt(offset);
    this.problems.push({ severity, file: source.file, line, column, path, message, suggestion, excerpt });
  }
}

function placeKey(source: SourceText, offset: number): string {
  return `${source.file}\n${offset}`;
}
