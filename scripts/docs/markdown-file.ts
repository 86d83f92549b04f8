import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** One document; the path is relative to the root, with forward slashes. */
export interface MarkdownFile {
  readonly path: string;
  readonly lines: readonly string[];
}

/** A piece of a document that a rule looks at. */
export interface Place {
  readonly text: string;
  /** Both count from one. */
  readonly line: number;
  readonly column: number;
}

const SKIPPED_FOLDERS = new Set(["node_modules", "dist", "gen"]);

/** What is written for readers of the repository: the pages at its root, docs/, and every README.md below. */
export function readDocuments(root: string): MarkdownFile[] {
  return filesBelow(root, "")
    .filter((path) => path.endsWith(".md"))
    .filter((path) => !path.includes("/") || path.startsWith("docs/") || path.endsWith("/README.md"))
    .map((path) => markdownFile(path, readFileSync(join(root, path), "utf8")));
}

/** The cases of test/wire: documents link to them, but they are not prose for readers of the repository. */
export function readWireCases(root: string): MarkdownFile[] {
  return filesBelow(root, "test/wire")
    .filter((path) => path.endsWith(".md") && !path.endsWith("/README.md"))
    .map((path) => markdownFile(path, readFileSync(join(root, path), "utf8")));
}

export function markdownFile(path: string, text: string): MarkdownFile {
  return { path, lines: text.split("\n") };
}

/** Every file of the repository that is not installed or made; of hidden folders only `.ci`. */
export function filesBelow(root: string, folder: string): string[] {
  const paths: string[] = [];
  if (!existsSync(join(root, folder))) return paths;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    if (SKIPPED_FOLDERS.has(entry.name) || (entry.name.startsWith(".") && entry.name !== ".ci")) continue;
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) paths.push(...filesBelow(root, path));
    else paths.push(path);
  }
  return paths;
}

/** All that a pattern's first group (or the whole pattern) finds in a document. */
export function findAll(file: MarkdownFile, pattern: RegExp): Place[] {
  return file.lines.flatMap((line, index) =>
    [...line.matchAll(pattern)].map((match) => ({
      text: match[1] ?? match[0],
      line: index + 1,
      column: match.index + 1,
    })),
  );
}

/** Inline code, and the lines of fenced blocks. */
export function codeOf(file: MarkdownFile): Place[] {
  const places: Place[] = [];
  let fenced = false;
  for (const [index, line] of file.lines.entries()) {
    if (line.startsWith("```")) fenced = !fenced;
    else if (fenced) places.push({ text: line, line: index + 1, column: 1 });
    else {
      for (const match of line.matchAll(/`([^`]+)`/g)) {
        places.push({ text: match[1] as string, line: index + 1, column: match.index + 1 });
      }
    }
  }
  return places;
}
