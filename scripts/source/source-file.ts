import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const TEST_FILE = /\.test\.(\w+\.)?ts$/;

/** One TypeScript file as the checkers see it; the path is relative to the root, with forward slashes. */
export interface SourceFile {
  readonly path: string;
  readonly ast: ts.SourceFile;
}

export function parseSource(path: string, text: string): SourceFile {
  return { path, ast: ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true) };
}

/** Every TypeScript file below a folder of the root; what is generated or installed is not ours to check. */
export function readSources(root: string, folder: string): SourceFile[] {
  const sources: SourceFile[] = [];
  if (!existsSync(join(root, folder))) return sources;
  for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
    const path = `${folder}/${entry.name}`;
    if (path === "src/gen" || entry.name === "node_modules") continue;
    if (entry.isDirectory()) sources.push(...readSources(root, path));
    else if (path.endsWith(".ts")) sources.push(parseSource(path, readFileSync(join(root, path), "utf8")));
  }
  return sources;
}

/** Tests and what only they use: `x.test.ts`, `x.test.support.ts`, and everything below test/. */
export function isTest(path: string): boolean {
  return TEST_FILE.test(path) || path.startsWith("test/");
}
