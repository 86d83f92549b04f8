import assert from "node:assert/strict";
import { statSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { get, textOf } from "../support/node-client.js";
import { listenerConfig, type ProxyConfigOptions, proxyConfig, socketAddress } from "../support/proxy-config.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const LOG = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%";

function start(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  return SluiceProcess.start(t, proxyConfig({ accessLog: LOG, ...options }));
}

for (const type of ["STRICT_DNS", "LOGICAL_DNS"] as const) {
  test(`a ${type} cluster resolves a name`, async (t) => {
    const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
    const endpoint = { address: socketAddress(upstream.port, "localhost") };
    const load_assignment = { cluster_name: "upstream", endpoints: [{ lb_endpoints: [{ endpoint }] }] };
    const sluice = await start(t, { cluster: { type, dns_lookup_family: "V4_ONLY", load_assignment } });
    assert.deepEqual(await get(sluice.port, { agent: false }), { status: 200, body: "ok" });
    assert.match((await sluice.admin("/clusters")).body, new RegExp(`upstream::127\\.0\\.0\\.1:${upstream.port}::`));
  });
}

test("two upstreams take turns", async (t) => {
  const name = (text: string) => () => `HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\n${text}`;
  const one = await ScriptedUpstream.start(t, { handler: name("one") });
  const two = await ScriptedUpstream.start(t, { handler: name("two") });
  const sluice = await start(t, { upstreamPorts: [one.port, two.port] });
  const bodies: string[] = [];
  for (let i = 0; i < 20; i++) bodies.push((await get(sluice.port)).body);
  const first = bodies[0];
  for (const [index, body] of bodies.entries()) assert.equal(body === first, index % 2 === 0, bodies.join(" "));
});

test("two listeners, each with stats of its own", async (t) => {
  const upstream = await ScriptedUpstream.start(t, { handler: () => OK });
  const moreListeners = [listenerConfig("second", {})];
  const sluice = await start(t, { upstreamPorts: [upstream.port], moreListeners });
  assert.notEqual(sluice.portOf("main"), sluice.portOf("second"));
  for (const listener of ["main", "second", "second"]) {
    assert.equal((await get(sluice.portOf(listener), { agent: false })).body, "ok");
  }
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_rq_total"), 1);
  assert.equal(stats.get("http.second.downstream_rq_total"), 2);
  assert.equal(stats.get("cluster.upstream.upstream_rq_total"), 3);
});

for (const concurrency of ["1", "2"]) {
  test(`pipes on both sides, concurrency ${concurrency}`, async (t) => {
    const directory = temporaryDirectory(t);
    const [listenPath, upstreamPath] = [join(directory, "listen"), join(directory, "upstream")];
    const origin = http.createServer((incoming, answer) => incoming.pipe(answer));
    t.after(() => {
      origin.close();
      origin.closeAllConnections();
    });
    await new Promise<void>((resolve) => origin.listen(upstreamPath, resolve));
    const endpoint = { address: { pipe: { path: upstreamPath } } };
    const load_assignment = { cluster_name: "upstream", endpoints: [{ lb_endpoints: [{ endpoint }] }] };
    const config = proxyConfig({
      listener: { address: { pipe: { path: listenPath, mode: 0o620 } } },
      cluster: { load_assignment },
    });
    const sluice = await SluiceProcess.start(t, config, ["--concurrency", concurrency]);
    assert.equal(sluice.listeners.get("main"), listenPath);
    const request = http.request({ socketPath: listenPath, path: "/", method: "POST", agent: false });
    const answered = new Promise<http.IncomingMessage>((resolve, reject) => {
      request.on("response", resolve).on("error", reject);
    });
    request.end("through a pipe");
    assert.equal(await textOf(await answered), "through a pipe");
    assert.equal(statSync(listenPath).mode & 0o777, 0o620);
    sluice.signal("SIGTERM");
    assert.equal(await sluice.exitCode(), 0);
    await assert.rejects(connectPipe(listenPath), { code: "ENOENT" });
  });
}

function connectPipe(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = net.connect(path, () => {
      socket.destroy();
      resolve();
    });
    socket.on("error", reject);
  });
}
