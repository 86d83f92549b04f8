/** An error keeps the configuration from being used; a warning says that a part of it has no effect. */
export type Severity = "error" | "warning";

/** One thing that is wrong with a configuration, and where. Plain data: it can be printed, sent or stored as JSON. */
export interface ConfigProblem {
  readonly severity: Severity;
  /** The file's name as it was given, or `--config-yaml`. */
  readonly file: string;
  /** From 1; 0 when the problem concerns the file as a whole. */
  readonly line: number;
  /** From 1, in UTF-16 units; 0 when the problem concerns the file as a whole. */
  readonly column: number;
  /** Fields from the root by their proto names: `static_resources.listeners[0].address`; empty at the root. */
  readonly path: string;
  readonly message: string;
  /** A sentence that says what to write instead; empty when there is none. */
  readonly suggestion: string;
  /** The line of the file and, below, a caret under the column; empty when there is no line to show. */
  readonly excerpt: string;
}

/**
 * The only thing that loading a configuration throws, whatever the input. Holds all problems, warnings included,
 * in the order of the file.
 */
export class ConfigError extends Error {
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    super(renderProblems(problems).trimEnd());
    this.name = "ConfigError";
    this.problems = problems;
  }

  /** For tools: the same data as `problems`. */
  toJSON(): { readonly problems: readonly ConfigProblem[] } {
    return { problems: this.problems };
  }
}

/** One block a problem, as compilers print them, with an empty line between blocks and a line break at the end. */
export function renderProblems(problems: readonly ConfigProblem[]): string {
  return problems.map((problem) => `${renderProblem(problem)}\n`).join("\n");
}

function renderProblem(problem: ConfigProblem): string {
  const place = problem.line === 0 ? problem.file : `${problem.file}:${problem.line}:${problem.column}`;
  const path = problem.path === "" ? "" : `${problem.path}: `;
  let text = `${place}: ${problem.severity}: ${path}${problem.message}`;
  if (problem.excerpt !== "") text += `\n${problem.excerpt}`;
  if (problem.suggestion !== "") text += `\n  ${problem.suggestion}`;
  return text;
}
