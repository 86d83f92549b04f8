import type { Violation } from "../source/violation.js";
import { codeOf, findAll, type MarkdownFile } from "./markdown-file.js";

const RULE = "docs-path";
/** A path from the root, as far as it can be one: no spaces, no patterns. */
const ROOTED_PATH = /(?:^|[\s(])(?:\.\/)?((?:src|test|docs|examples|scripts|bench|bin|proto|\.ci)\/[\w./@*<>-]*)/g;
/** A file named without its folder. */
const FILE_NAME = /^[\w./-]+\.(?:ts|mjs|md|yaml|lua)$/;
/** Made by a build, or standing for many. */
const NOT_A_FILE = /[*<>]|^src\/gen\/|(?:^|\/)x\.|NNNN/;
const RELATIVE_LINK = /\]\((?!\w+:)([^)\s]+)\)/g;

/** Every file and folder that a document names must be there; links too, with their anchors. */
export function checkPaths(
  file: MarkdownFile,
  files: readonly string[],
  documents: readonly MarkdownFile[],
): Violation[] {
  const known = new Set(files);
  const problems: Violation[] = [];
  for (const { text, line, column } of codeOf(file)) {
    for (const path of pathsIn(text)) {
      if (!exists(path, known)) problems.push(violation(file, line, column, `there is no ${path}`));
    }
  }
  for (const { text, line, column } of findAll(file, RELATIVE_LINK)) {
    const problem = linkProblem(file, text, known, documents);
    if (problem !== null) problems.push(violation(file, line, column, problem));
  }
  return problems;
}

function pathsIn(code: string): string[] {
  const rooted = [...code.matchAll(ROOTED_PATH)].map((match) => match[1] as string);
  const paths = rooted.length === 0 && FILE_NAME.test(code) ? [code] : rooted;
  return paths.filter((path) => !NOT_A_FILE.test(path));
}

/** A bare file name is enough if some file ends with it: the sentence around it says where. */
function exists(path: string, known: ReadonlySet<string>): boolean {
  if (known.has(path)) return true;
  const folder = path.endsWith("/") ? path : `${path}/`;
  for (const file of known) if (file.startsWith(folder) || file.endsWith(`/${path}`)) return true;
  return false;
}

function linkProblem(
  from: MarkdownFile,
  link: string,
  known: ReadonlySet<string>,
  documents: readonly MarkdownFile[],
): string | null {
  const [target = "", anchor = ""] = link.split("#");
  const path = target === "" ? from.path : resolve(from.path, target);
  const isFolder = [...known].some((file) => file.startsWith(`${path}/`));
  if (!known.has(path) && !isFolder) return `the link leads to ${path}, which is not there`;
  if (anchor === "") return null;
  const document = documents.find((candidate) => candidate.path === path);
  return document?.lines.some((line) => slugOf(line) === anchor) ? null : `${path} has no heading #${anchor}`;
}

function resolve(from: string, target: string): string {
  return new URL(target, `file:///${from}`).pathname.slice(1).replace(/\/$/, "");
}

/** The anchor of a heading as code hosts make it; null for any other line. */
function slugOf(line: string): string | null {
  const heading = /^#+ (.*)$/.exec(line)?.[1];
  return heading === undefined
    ? null
    : heading
        .toLowerCase()
        .replace(/[^\w\- ]/g, "")
        .replaceAll(" ", "-");
}

function violation(file: MarkdownFile, line: number, column: number, message: string): Violation {
  return { path: file.path, line, column, rule: RULE, message };
}
