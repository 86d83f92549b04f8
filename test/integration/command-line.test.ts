import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { listenerConfig, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { SluiceCommand, SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";

/** A file with this content, in a directory that is removed when the test is over. */
function fileWith(t: TestContext, content: string, name = "sluice.yaml"): string {
  const path = join(temporaryDirectory(t), name);
  writeFileSync(path, content);
  return path;
}

/** A port that is taken until the test is over. */
async function takenPort(t: TestContext): Promise<number> {
  const server = net.createServer();
  t.after(() => {
    server.close();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as net.AddressInfo).port;
}

const HINT = "Try 'sluice --help'.\n";

test("--version", async (t) => {
  const { code, stdout, stderr } = await SluiceCommand.run(t, "--version");
  assert.match(stdout, /^sluice {2}version: \S+\/\d+\.\d+\.\d+\/\S+\n$/);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
});

test("--help and -h name every option", async (t) => {
  const { code, stdout, stderr } = await SluiceCommand.run(t, "--help");
  assert.deepEqual({ code, stderr }, { code: 0, stderr: "" });
  for (const option of ["-c, --config-path FILE", "--config-yaml TEXT", "--mode MODE", "-l, --log-level LEVEL"]) {
    assert.ok(stdout.includes(option), option);
  }
  assert.equal((await SluiceCommand.run(t, "-h")).stdout, stdout);
});

test("what cannot be understood is said in one line, with exit code 1", async (t) => {
  const cases: [string[], string][] = [
    [["--nope"], "Unknown option '--nope'"],
    [["-c"], "Option '-c, --config-path <value>' argument missing"],
    [["--strict=yes"], "Option '--strict' does not take an argument"],
    [[], "at least one of --config-path or --config-yaml is needed"],
    [["validate"], "at least one of --config-path or --config-yaml is needed"],
    [["validate", "file.yaml"], "the file to validate is named with -c, not 'file.yaml'"],
    [["-c", "x", "--mode", "check"], "--mode is serve, validate or init_only, not 'check'"],
    [["-c", "x", "--concurrency=-1"], "--concurrency is a whole number, not '-1'"],
    [["-c", "x", "--concurrency", "two"], "--concurrency is a whole number, not 'two'"],
    [["-c", "x", "--shutdown-timeout-s", "1.5"], "--shutdown-timeout-s is a whole number, not '1.5'"],
    [["-c", "x", "-l", "loud"], "--log-level is one of trace, debug, info, warning, error, critical, off, not 'loud'"],
    [["--config-yaml", proxyConfig({}), "--flow-listener", "other"], "--flow-listener names one of main, not 'other'"],
    [["start"], "unknown command 'start'"],
    [["flow", "1", "2"], "flow takes a stream's number and the admin's address, host:port"],
  ];
  const results = await Promise.all(cases.map(([args]) => SluiceCommand.run(t, ...args)));
  for (const [index, { code, stdout, stderr }] of results.entries()) {
    const [args, message] = cases[index] as [string[], string];
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" }, args.join(" "));
    assert.equal(stderr, `sluice: ${message}\n${HINT}`);
  }
});

test("a file that is not there", async (t) => {
  const path = join(temporaryDirectory(t), "missing.yaml");
  const { code, stderr } = await SluiceCommand.run(t, "-c", path);
  assert.equal(code, 1);
  assert.ok(stderr.startsWith(`${path}: error: cannot be read: ENOENT`), stderr);
  assert.equal(stderr.trimEnd().split("\n").length, 1);
});

test("broken YAML, with file, line and column", async (t) => {
  const path = fileWith(t, "static_resources:\n  clusters: [\n    { name: a\n");
  const { code, stdout, stderr } = await SluiceCommand.run(t, "-c", path);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
  assert.match(stderr, /^\S+sluice\.yaml:\d+:\d+: error: YAML syntax: /);
  assert.doesNotMatch(stderr, / {4}at /, "no stack trace");
});

test("all errors at once: an unknown field with a suggestion, a wrong type, a value out of bounds", async (t) => {
  const path = fileWith(
    t,
    `admin:
  adress: { socket_address: { address: 127.0.0.1, port_value: 0 } }
static_resources:
  clusters:
  - name: a
    connect_timeout: soon
    load_assignment:
      cluster_name: a
      endpoints:
      - lb_endpoints:
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: "http" } } }
        - endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: 70000 } } }
`,
  );
  const { code, stderr } = await SluiceCommand.run(t, "-c", path, "--mode", "validate");
  assert.equal(code, 1);
  const heads = stderr.split("\n").filter((line) => line.startsWith(path));
  const at = (line: number, column: number): string => `${path}:${line}:${column}: error: `;
  assert.ok(
    heads.some((head) => head.startsWith(`${at(2, 3)}admin.adress: unknown field \`adress\``)),
    stderr,
  );
  assert.match(stderr, /did you mean `address`\?/);
  assert.ok(
    heads.some((head) => head.startsWith(`${at(6, 22)}static_resources.clusters[0].connect_timeout:`)),
    stderr,
  );
  assert.ok(
    heads.some((head) => head.includes('port_value: expected an integer, found the string "http"')),
    stderr,
  );
  assert.ok(
    heads.some((head) => head.includes("port_value: must be at most 65535")),
    stderr,
  );
});

test("validate says OK in Envoy's words, and opens nothing", async (t) => {
  const port = await takenPort(t);
  const listener = { address: { socket_address: { address: "127.0.0.1", port_value: port } } };
  const path = fileWith(t, proxyConfig({ listener }));
  for (const args of [
    ["--mode", "validate", "-c", path],
    ["validate", "-c", path],
    ["validate", "--config-path", path, "--strict"],
  ]) {
    const result = await SluiceCommand.run(t, ...args);
    assert.deepEqual(result, { code: 0, stdout: `configuration '${path}' OK\n`, stderr: "" });
  }
});

test("--config-yaml stands alone, or is merged over the file; JSON is read as well", async (t) => {
  const alone = await SluiceCommand.run(t, "--mode", "validate", "--config-yaml", proxyConfig({}));
  assert.deepEqual(alone, { code: 0, stdout: "configuration '--config-yaml' OK\n", stderr: "" });
  const path = fileWith(t, proxyConfig({}), "sluice.json");
  const json = await SluiceCommand.run(t, "validate", "-c", path);
  assert.deepEqual(json, { code: 0, stdout: `configuration '${path}' OK\n`, stderr: "" });
  // What is merged counts: it makes the configuration wrong, or right.
  const wrong = await SluiceCommand.run(t, "validate", "-c", path, "--config-yaml", "admin: { nope: 1 }");
  assert.equal(wrong.code, 1);
  assert.match(wrong.stderr, /^--config-yaml:1:10: error: admin\.nope: unknown field/);
});

test("what --config-yaml merges is served", async (t) => {
  const text = "node: { id: from-the-text }\nstats_flush_interval: 3s";
  const sluice = await SluiceProcess.start(t, proxyConfig({}), ["--config-yaml", text, "--service-cluster", "shop"]);
  const info = JSON.parse((await sluice.admin("/server_info")).body);
  assert.equal(info.node.id, "from-the-text");
  assert.equal(info.node.cluster, "shop");
  assert.equal(info.command_line_options.config_yaml, text);
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n");
  assert.equal((await client.response()).status, 200);
});

for (const concurrency of ["1", "3"]) {
  test(`a port that is in use, concurrency ${concurrency}: exit code 1 and a clear line`, async (t) => {
    const port = await takenPort(t);
    const listener = { address: { socket_address: { address: "127.0.0.1", port_value: port } } };
    const path = fileWith(t, proxyConfig({ listener }));
    const { code, stdout, stderr } = await SluiceCommand.run(
      t,
      "-c",
      path,
      "-l",
      "error",
      "--concurrency",
      concurrency,
    );
    assert.deepEqual({ code, stdout }, { code: 1, stdout: "" });
    const reason = `listen EADDRINUSE: address already in use 127.0.0.1:${port}`;
    assert.equal(stderr, `sluice: listener main: cannot listen on 127.0.0.1:${port}: ${reason}\n`);
  });
}

test("the admin's port in use, an access log or an address file that cannot be opened", async (t) => {
  const port = await takenPort(t);
  const admin = `admin: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } }`;
  const path = fileWith(t, proxyConfig({}));
  const inUse = await SluiceCommand.run(t, "-c", path, "--config-yaml", admin, "-l", "off");
  assert.equal(inUse.code, 1);
  assert.match(inUse.stderr, /^sluice: admin: cannot listen on 127\.0\.0\.1:\d+: listen EADDRINUSE: .*\n$/);

  const nowhere = join(temporaryDirectory(t), "missing", "file");
  const addressFile = await SluiceCommand.run(t, "-c", path, "-l", "error", "--admin-address-path", nowhere);
  assert.equal(addressFile.code, 1);
  assert.match(addressFile.stderr, /^sluice: the admin's address cannot be written: ENOENT.*\n$/);

  const logging = fileWith(t, proxyConfig({ accessLog: "%PROTOCOL%", accessLogPath: nowhere }));
  for (const concurrency of ["1", "2"]) {
    const result = await SluiceCommand.run(t, "-c", logging, "-l", "off", "--concurrency", concurrency);
    assert.equal(result.code, 1);
    assert.match(result.stderr, /^sluice: the access log cannot be opened: ENOENT.*\n$/);
  }
});

test("-l decides what is logged", async (t) => {
  const malformed = async (level: string): Promise<string> => {
    const sluice = await SluiceProcess.start(t, proxyConfig({}), ["-l", level]);
    const client = await RawClient.connect(t, sluice.port);
    client.send("no request\r\n\r\n");
    assert.equal((await client.response()).status, 400);
    sluice.signal("SIGTERM");
    assert.equal(await sluice.exitCode(), 0);
    return sluice.stderr.text;
  };
  const line = /^\[\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\]\[(trace|debug|info|warning|error|critical)\] \S/;
  const [debug, info, warn, off] = await Promise.all(["debug", "info", "warn", "off"].map(malformed));
  assert.match(debug ?? "", /\[debug\] \[C1\] malformed request: /);
  for (const text of (debug ?? "").trimEnd().split("\n")) assert.match(text, line);
  assert.match(info ?? "", /\[info\] listener main: 127\.0\.0\.1:\d+\n/);
  assert.doesNotMatch(info ?? "", /\[debug\]/);
  assert.equal(warn, "");
  assert.equal(off, "");
});

test("--strict makes errors of the fields that have no effect yet", async (t) => {
  const path = fileWith(t, proxyConfig({ listener: { tcp_fast_open_queue_length: 5 } }));
  const lenient = await SluiceCommand.run(t, "validate", "-c", path);
  assert.deepEqual([lenient.code, lenient.stdout], [0, `configuration '${path}' OK\n`]);
  assert.match(lenient.stderr, /: warning: .*tcp_fast_open_queue_length.* not implemented/);
  const strict = await SluiceCommand.run(t, "validate", "-c", path, "--strict");
  assert.deepEqual([strict.code, strict.stdout], [1, ""]);
  assert.match(strict.stderr, /: error: .*tcp_fast_open_queue_length.* not implemented/);
});

test("--flow-listener records one listener and no other", async (t) => {
  const config = proxyConfig({ moreListeners: [listenerConfig("second", {})] });
  const sluice = await SluiceProcess.start(t, config, ["--flow-listener", "second"]);
  for (const name of ["main", "second"]) {
    const client = await RawClient.connect(t, sluice.portOf(name));
    client.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n");
    assert.equal((await client.response()).status, 200);
  }
  assert.equal((await sluice.admin("/flow")).body, "[C2][S2] 200 direct_response GET /direct\n");
});

test("validate --json prints what is wrong for machines", async (t) => {
  const wrong = fileWith(t, "node:\n  idd: x\n");
  const failed = await SluiceCommand.run(t, "validate", "-c", wrong, "--json");
  assert.deepEqual({ code: failed.code, stderr: failed.stderr }, { code: 1, stderr: "" });
  assert.deepEqual(JSON.parse(failed.stdout), {
    valid: false,
    problems: [
      {
        severity: "error",
        file: wrong,
        line: 2,
        column: 3,
        path: "node.idd",
        message: "unknown field `idd` of Node",
        suggestion: "did you mean `id`?",
        excerpt: "    idd: x\n    ^",
      },
    ],
  });
  const good = await SluiceCommand.run(t, "validate", "--config-yaml", "{ flags_path: /x }", "--json");
  assert.equal(good.code, 0);
  const { valid, problems } = JSON.parse(good.stdout) as { valid: boolean; problems: { severity: string }[] };
  assert.deepEqual([valid, problems.map(({ severity }) => severity)], [true, ["warning"]]);
});

test("a configuration from standard input", () => {
  const sluice = fileURLToPath(new URL("../../../bin/sluice", import.meta.url));
  const validate = (input: string) =>
    spawnSync(process.execPath, [sluice, "validate", "-c", "-"], { input, encoding: "utf8" });
  assert.equal(validate("node: { id: x }\n").stdout, "configuration '-' OK\n");
  const { status, stderr } = validate("node: { idd: x }\n");
  assert.equal(status, 1);
  assert.match(stderr, /^<stdin>:1:9: error: node\.idd: unknown field/);
});
