/* Which compiled tests there are. Node 20's `--test` takes no glob, so the files are found here. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./compile.mjs";

const TEST_FOLDERS = ["src", "test", "scripts", "bench", "examples"];
const COMPILED_TEST = /\.test\.js$/;

/** Paths below the root, such as `dist/src/route/route-table.test.js`, that contain one of the filters (all without). */
export function findTestFiles(filters) {
  const found = [];
  for (const folder of TEST_FOLDERS) collect(join("dist", folder), found);
  return found.filter((path) => filters.length === 0 || filters.some((filter) => sourceOf(path).includes(filter)));
}

function collect(folder, found) {
  if (!existsSync(join(ROOT, folder))) return;
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) collect(path, found);
    // The output of a test whose source was renamed or removed stays in dist/ and must not run.
    else if (COMPILED_TEST.test(path) && existsSync(join(ROOT, sourceOf(path)))) found.push(path);
  }
}

function sourceOf(compiledPath) {
  return compiledPath.replace(/^dist\//, "").replace(/\.js$/, ".ts");
}
