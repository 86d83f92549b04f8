import assert from "node:assert/strict";
import { test } from "node:test";
import { closedPort } from "../support/closed-port.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceCommand, SluiceProcess } from "../support/sluice-process.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

test("--flow prints each timeline as the admin shows it; the admin lists the last streams, newest first", async (t) => {
  const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: [upstream.port] }), ["--flow"]);
  const client = await RawClient.connect(t, sluice.port);
  for (const path of ["/a", "/b?c", "/direct"]) {
    client.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
    await client.response();
  }
  const expected: string[] = [];
  for (const streamId of [1, 2, 3]) expected.push((await sluice.admin(`/flow?stream=${streamId}`)).body);
  await sluice.stdout.waitForText(/\[S3\] on (.+\n)+\n/);
  assert.equal(sluice.stdout.text, expected.map((timeline) => `${timeline}\n`).join(""));
  assert.equal(
    (await sluice.admin("/flow")).body,
    "[C1][S3] 200 direct_response GET /direct\n[C1][S2] 200 via_upstream GET /b?c\n[C1][S1] 200 via_upstream GET /a\n",
  );
  assert.equal((await sluice.admin("/flow?limit=1")).body, "[C1][S3] 200 direct_response GET /direct\n");
});

test("sluice flow asks a running proxy for the list and for a timeline", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({}), ["--flow"]);
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n");
  await client.response();
  const admin = `127.0.0.1:${sluice.adminPort}`;
  const list = await SluiceCommand.run(t, "flow", admin);
  assert.deepEqual(list, { code: 0, stdout: "[C1][S1] 200 direct_response GET /direct\n", stderr: "" });
  const timeline = await SluiceCommand.run(t, "flow", "1", admin);
  assert.equal(timeline.code, 0);
  assert.equal(timeline.stdout, (await sluice.admin("/flow?stream=1")).body);
  const unknown = await SluiceCommand.run(t, "flow", "99", admin);
  assert.deepEqual(unknown, { code: 1, stdout: "nothing is recorded of stream 99\n", stderr: "" });
  const nobody = await SluiceCommand.run(t, "flow", `127.0.0.1:${await closedPort()}`);
  assert.equal(nobody.code, 1);
  assert.match(nobody.stderr, /^sluice: no admin answers at 127\.0\.0\.1:\d+: .*ECONNREFUSED/);
});

test("recording can be switched on later, for connections that come then", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({}), ["--concurrency", "2"]);
  assert.equal((await sluice.admin("/flow")).body, "recording is off; POST /flow?enable=y starts it\n");
  assert.equal((await sluice.admin("/flow?enable=y", "POST")).status, 200);
  const client = await RawClient.connect(t, sluice.port);
  client.send("GET /direct HTTP/1.1\r\nhost: a\r\n\r\n");
  await client.response();
  assert.equal((await sluice.admin("/flow")).body, "[C1][S1] 200 direct_response GET /direct\n");
  assert.equal(sluice.stdout.text, "", "nobody asked for them to be printed");
});
