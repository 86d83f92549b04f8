import { type ConfigProblem, renderProblems, type Severity } from "./config-problem.js";
import type { SourceText } from "./source-text.js";

/** Collects problems while a configuration is read: nothing stops at the first one. */
export class ProblemList {
  private readonly problems: ConfigProblem[] = [];
  /** Two checks can find the same fault; the first text stays. What is wrong with a value needs to be said once. */
  private readonly seen = new Set<string>();
  private readonly marked = new Set<string>();

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

  get hasErrors(): boolean {
    return this.problems.some((problem) => problem.severity === "error");
  }

  /** Whether something has been said about that place. */
  isMarked(source: SourceText, offset: number): boolean {
    return this.marked.has(placeKey(source, offset));
  }

  /** In the order of the text; files in the order in which they were read. */
  sorted(): ConfigProblem[] {
    const files = [...new Set(this.problems.map((problem) => problem.file))];
    return [...this.problems].sort(
      (a, b) => files.indexOf(a.file) - files.indexOf(b.file) || a.line - b.line || a.column - b.column,
    );
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
