/*
 * npm test [-- filter...]: compiles what changed, then runs the tests whose path contains one of the filters
 * (`npm test -- route scripts/`). Arguments with a dash go to Node: `npm test -- --test-name-pattern=retry`.
 */
import { spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { compile, isEntry, ROOT } from "./compile.mjs";
import { findTestFiles } from "./test-files.mjs";

/** A test that is not done after this time fails. The slowest needs some seconds, many times that on a busy machine. */
const TEST_TIMEOUT_MS = 300_000;
/** So does a file; a little later, so that the name of the test that hangs is printed first. */
const FILE_DEADLINE_MS = TEST_TIMEOUT_MS + 5_000;
/** A loop that never ends cannot be timed out from within its process; the kernel's limit on CPU time can end it. */
const CPU_LIMIT_S = 300;
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
    "--import=./scripts/file-deadline.mjs",
    "--test",
    "--test-reporter=spec",
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${TEST_TIMEOUT_MS}`,
  ];
  const command = [node, ...options, ...nodeOptions, ...files];
  const runner = spawn("sh", ["-c", `ulimit -t ${CPU_LIMIT_S}; exec "$@"`, "sh", ...command], {
    cwd: ROOT,
    stdio: "inherit",
    env: { ...process.env, SLUICE_TEST_FILE_DEADLINE_MS: String(FILE_DEADLINE_MS) },
  });
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
