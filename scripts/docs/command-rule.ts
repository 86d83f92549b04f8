import type { Violation } from "../source/violation.js";
import { findAll, type MarkdownFile } from "./markdown-file.js";

const RULE = "docs-command";
const NPM_RUN = /npm run (?:--?\w+ )*([\w:-]+)/g;
const NPM_SHORT = /npm (start|test)\b/g;
const OPTION = /(?<![\w-])--([a-z][a-z-]+)/g;
/** Options of npm's scripts are not the proxy's. */
const OTHER_PROGRAM = /\bnpm (?:run|test|ci)\b|`\.ci\//;

/** Every script of npm that a document names must be one of package.json. */
export function checkScripts(file: MarkdownFile, scripts: ReadonlySet<string>): Violation[] {
  return [...findAll(file, NPM_RUN), ...findAll(file, NPM_SHORT)]
    .filter(({ text }) => !scripts.has(text))
    .map(({ text, line, column }) => violation(file, line, column, `package.json has no script ${text}`));
}

/** The options that a document names, and those that the command line knows, must be the same. */
export function checkOptions(file: MarkdownFile, options: ReadonlySet<string>): Violation[] {
  const named = findAll(file, OPTION).filter(({ line }) => !OTHER_PROGRAM.test(file.lines[line - 1] as string));
  const missing = [...options].filter((option) => !named.some(({ text }) => text === option));
  return [
    ...named
      .filter(({ text }) => !options.has(text))
      .map(({ text, line, column }) => violation(file, line, column, `sluice has no option --${text}`)),
    ...missing.map((option) => violation(file, 1, 1, `the option --${option} is not described`)),
  ];
}

/** The long options in the text that `sluice --help` prints. */
export function optionsOf(usage: string): Set<string> {
  return new Set([...usage.matchAll(/^ +(?:-\w, )? *--([a-z-]+)/gm)].map((match) => match[1] as string));
}

function violation(file: MarkdownFile, line: number, column: number, message: string): Violation {
  return { path: file.path, line, column, rule: RULE, message };
}
