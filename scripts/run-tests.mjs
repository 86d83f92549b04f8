/*
 * npm test [-- filter...]: compiles what changed, then runs the tests whose path contains one of the filters
 * (`npm test -- route scripts/`). Arguments with a dash go to Node: `npm test -- --test-name-pattern=retry`.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { compile, isEntry, ROOT } from "./compile.mjs";
import { findTestFiles } from "./test-files.mjs";

/** A test or a whole file that is not done after this time fails. The slowest file needs a few seconds. */
const TEST_TIMEOUT_MS = 60_000;
/** More files at once than this only makes tests with real sockets wait for each other. */
const MAX_CONCURRENCY = 4;

/** Resolves to the exit code. */
export async function runTests(node, args) {
  const typesAreRight = compile();
  const filters = args.filter((arg) => !arg.startsWith("-"));
  const nodeOptions = args.filter((arg) => arg.startsWith("-"));
  const files = findTestFiles(filters);
  if (files.length === 0) {
    console.error(`No test file matches ${filters.join(" ")}.`);
    return 1;
  }
  const exitCode = await runNodeTest(node, nodeOptions, files);
  if (typesAreRight) return exitCode;
  console.error("The tests ran, but tsc reported the errors above.");
  return 1;
}

function runNodeTest(node, nodeOptions, files) {
  const concurrency = Math.min(availableParallelism(), MAX_CONCURRENCY);
  const options = [
    "--enable-source-maps",
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
  ];
  const runner = spawn(node, [...options, ...nodeOptions, ...files], { cwd: ROOT, stdio: "inherit" });
  // Ctrl-C reaches the runner too, which ends its files; waiting for it keeps its output together.
  process.on("SIGINT", ignoreSignal);
  process.on("SIGTERM", () => runner.kill("SIGTERM"));
  return new Promise((resolve, reject) => {
    runner.on("error", reject);
    runner.on("exit", (code) => resolve(code ?? 1));
  });
}

function ignoreSignal() {}

if (isEntry(import.meta.url)) process.exitCode = await runTests(process.execPath, process.argv.slice(2));
