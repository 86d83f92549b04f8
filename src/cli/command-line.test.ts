import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { parseCommandLine, UsageError, usageText } from "./command-line.js";

test("nothing asked for: the defaults", () => {
  assert.deepEqual(parseCommandLine([]), {
    configPath: null,
    configYaml: null,
    mode: "serve",
    logLevel: "info",
    concurrency: availableParallelism(),
    strict: false,
    flow: "none",
    adminAddressPath: null,
    fileFlushIntervalMs: 10_000,
    shutdownTimeoutMs: 25_000,
    drainTimeMs: 600_000,
    drainStrategy: "gradual",
    serviceNode: null,
    serviceCluster: null,
    serviceZone: null,
    version: false,
    help: false,
    positionals: [],
    commandOptions: {},
  });
});

test("Envoy's short and long options, with a space or an equals sign", () => {
  const expected = parseCommandLine(["--config-path", "a.yaml", "--log-level", "debug"]);
  assert.equal(expected.configPath, "a.yaml");
  assert.equal(expected.logLevel, "debug");
  assert.deepEqual(parseCommandLine(["-c", "a.yaml", "-l", "debug"]), expected);
  assert.deepEqual(parseCommandLine(["--config-path=a.yaml", "--log-level=debug"]), expected);
});

test("values are brought into the units of the code", () => {
  assert.equal(parseCommandLine(["--shutdown-timeout-s", "3"]).shutdownTimeoutMs, 3_000);
  assert.equal(parseCommandLine(["--file-flush-interval-msec", "50"]).fileFlushIntervalMs, 50);
  assert.equal(parseCommandLine(["--concurrency", "4"]).concurrency, 4);
  assert.equal(parseCommandLine(["--concurrency", "0"]).concurrency, 1, "as in Envoy");
  assert.equal(parseCommandLine(["-l", "warn"]).logLevel, "warning", "as in Envoy");
});

test("what is recorded: nothing, all, or one listener", () => {
  assert.equal(parseCommandLine(["--flow"]).flow, "all");
  assert.deepEqual(parseCommandLine(["--flow-listener", "web"]).flow, { listener: "web" });
});

test("a subcommand and its arguments stand among the options", () => {
  assert.deepEqual(parseCommandLine(["flow", "-l", "off", "12"]).positionals, ["flow", "12"]);
});

test("mistakes are usage errors that name the option", () => {
  const cases: [string[], RegExp][] = [
    [["--configpath", "x"], /^Unknown option '--configpath'$/],
    [["--concurrency", "1e3"], /^--concurrency is a whole number, not '1e3'$/],
    [["--concurrency", "9999999999"], /^--concurrency is a whole number/],
    [["--mode", "serv"], /^--mode is serve, validate or init_only, not 'serv'$/],
    [["-l", "INFO"], /^--log-level is one of .*, not 'INFO'$/],
  ];
  for (const [args, message] of cases) {
    assert.throws(() => parseCommandLine(args), { name: "UsageError", message }, args.join(" "));
  }
  assert.throws(() => parseCommandLine(["--nope"]), UsageError);
});

test("the help is laid out in columns that fit a terminal", () => {
  for (const line of usageText().split("\n")) assert.ok(line.length <= 120, line);
});
