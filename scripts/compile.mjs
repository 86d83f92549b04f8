/*
 * Compiles the TypeScript of the whole repository to dist/, only when something changed since the last time.
 * Used by `npm run build`, `npm test` and `npm run test:node`. Plain JavaScript: it must run before anything is built.
 */
import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("..", import.meta.url));
const DIST = join(ROOT, "dist");
/** Written after a compilation without errors; holds when that compilation began. */
const STAMP = join(DIST, ".compiled");
/** Held while tsc writes: two terminals that test at once must not mix their output. */
const LOCK = join(DIST, ".compiling");
const LOCK_POLL_MS = 100;
const SOURCE_FOLDERS = ["src", "test", "bench", "scripts", "examples"];
const OTHER_INPUTS = ["tsconfig.json", "package-lock.json"];

/** Whether a module was started as a command and not imported. */
export function isEntry(moduleUrl) {
  return realpathSync(process.argv[1]) === fileURLToPath(moduleUrl);
}

/** Compiles if needed. Returns whether the types are right; on errors the JavaScript is written all the same. */
export function compile() {
  mkdirSync(DIST, { recursive: true });
  takeLock();
  try {
    return isUpToDate() || runTsc();
  } finally {
    rmSync(LOCK, { force: true });
  }
}

function runTsc() {
  const startedMs = Date.now();
  const tsc = join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { status } = spawnSync(process.execPath, [tsc, "-p", "."], { cwd: ROOT, stdio: "inherit" });
  rmSync(STAMP, { force: true });
  if (status === 0) writeFileSync(STAMP, String(startedMs));
  return status === 0;
}

function isUpToDate() {
  try {
    const compiledMs = Number(readFileSync(STAMP, "utf8"));
    for (const file of OTHER_INPUTS) if (statSync(join(ROOT, file)).mtimeMs >= compiledMs) return false;
    const folders = SOURCE_FOLDERS.map((folder) => join(ROOT, folder)).filter(existsSync);
    return folders.every((folder) => isOlderThan(folder, compiledMs));
  } catch {
    return false;
  }
}

/** Folders count as well as files: their time changes when a file is removed. */
function isOlderThan(folder, timeMs) {
  if (statSync(folder).mtimeMs >= timeMs) return false;
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.name === "node_modules") continue;
    const path = join(folder, entry.name);
    if (entry.isDirectory() ? !isOlderThan(path, timeMs) : isNewSource(path, timeMs)) return false;
  }
  return true;
}

function isNewSource(path, timeMs) {
  return path.endsWith(".ts") && statSync(path).mtimeMs >= timeMs;
}

function takeLock() {
  for (;;) {
    try {
      writeFileSync(LOCK, String(process.pid), { flag: "wx" });
      return;
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    if (isAbandoned()) rmSync(LOCK, { force: true });
    else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LOCK_POLL_MS);
  }
}

/** The process that held the lock was killed before it could remove it. */
function isAbandoned() {
  try {
    process.kill(Number(readFileSync(LOCK, "utf8")), 0);
    return false;
  } catch (error) {
    return error.code === "ESRCH";
  }
}

if (isEntry(import.meta.url)) process.exitCode = compile() ? 0 : 1;
