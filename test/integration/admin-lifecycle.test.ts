import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fieldOf } from "../support/http-message.js";
import { listenerConfig, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { until } from "../support/until.js";

const GET = "GET /direct HTTP/1.1\r\nhost: a\r\n\r\n";

for (const concurrency of ["1", "2"]) {
  test(`/healthcheck/fail drains, /healthcheck/ok ends it, concurrency ${concurrency}`, async (t) => {
    const sluice = await SluiceProcess.start(t, proxyConfig({}), ["--concurrency", concurrency]);
    assert.deepEqual(await sluice.admin("/ready"), { status: 200, body: "LIVE\n" });
    assert.deepEqual(await sluice.admin("/healthcheck/fail", "POST"), { status: 200, body: "OK\n" });
    assert.deepEqual(await sluice.admin("/ready"), { status: 503, body: "DRAINING\n" });
    assert.match((await sluice.admin("/server_info")).body, /"state": "DRAINING"/);
    const client = await RawClient.connect(t, sluice.port);
    client.send(GET);
    assert.equal(fieldOf(await client.response(), "connection"), "close");
    await client.expectClose();
    await sluice.admin("/healthcheck/ok", "POST");
    assert.equal((await sluice.admin("/ready")).body, "LIVE\n");
    const other = await RawClient.connect(t, sluice.port);
    other.send(GET);
    assert.equal(fieldOf(await other.response(), "connection"), null);
  });

  test(`/drain_listeners stops accepting and nothing else, concurrency ${concurrency}`, async (t) => {
    const inbound = listenerConfig("inbound", { listener: { traffic_direction: "INBOUND" } });
    const sluice = await SluiceProcess.start(t, proxyConfig({ moreListeners: [inbound] }), [
      "--concurrency",
      concurrency,
    ]);
    const client = await RawClient.connect(t, sluice.port);
    const before = (await sluice.admin("/listeners")).body;
    assert.match(before, /^main::.*\ninbound::.*\n$/);
    assert.deepEqual(await sluice.admin("/drain_listeners?inboundonly", "POST"), { status: 200, body: "OK\n" });
    await until("one listener is closed", async () => {
      await pause(5);
      return !(await sluice.admin("/listeners")).body.includes("inbound");
    });
    const another = await RawClient.connect(t, sluice.port);
    assert.equal((await sluice.admin("/drain_listeners?skip_exit", "POST")).body, "skip_exit requires graceful\n");
    await sluice.admin("/drain_listeners", "POST");
    await until("nobody gets in", () =>
      RawClient.connect(t, sluice.port).then(
        () => false,
        () => true,
      ),
    );
    for (const connected of [client, another]) {
      connected.send(GET);
      assert.equal((await connected.response()).status, 200);
    }
    assert.equal((await sluice.admin("/ready")).body, "LIVE\n");
  });
}

test("/drain_listeners?graceful ends connections, then stops accepting", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({}), [
    "--drain-time-s",
    "1",
    "--drain-strategy",
    "immediate",
  ]);
  const client = await RawClient.connect(t, sluice.port);
  await sluice.admin("/drain_listeners?graceful", "POST");
  client.send(GET);
  assert.equal(fieldOf(await client.response(), "connection"), "close");
  await until("nobody gets in", async () => {
    await pause(20);
    return RawClient.connect(t, sluice.port).then(
      () => false,
      () => true,
    );
  });
});

test("/logging changes the level of all threads", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({}), ["--concurrency", "2"]);
  assert.equal((await sluice.admin("/logging", "POST")).body, "active loggers:\n  main: info\n\n");
  assert.equal((await sluice.admin("/logging?level=debug", "POST")).body, "active loggers:\n  main: debug\n\n");
  const client = await RawClient.connect(t, sluice.port);
  client.send("nonsense\r\n\r\n");
  assert.equal((await client.response()).status, 400);
  await client.expectClose();
  await sluice.stderr.waitForText(/\[debug\].*malformed request/);
});

test("/runtime shows every key with its value in each layer", async (t) => {
  const layers = [
    { name: "base", static_layer: { a: { b: 1 }, c: true } },
    { name: "over", static_layer: { "a.b": 2 } },
  ];
  const sluice = await SluiceProcess.start(t, proxyConfig({ bootstrap: { layered_runtime: { layers } } }));
  assert.deepEqual(JSON.parse((await sluice.admin("/runtime")).body), {
    layers: ["base", "over"],
    entries: {
      "a.b": { layer_values: ["1", "2"], final_value: "2" },
      c: { layer_values: ["true", ""], final_value: "true" },
    },
  });
});

test("/config_dump shows what the process was started with", async (t) => {
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: [9] }));
  const all = JSON.parse((await sluice.admin("/config_dump")).body) as { configs: { "@type": string }[] };
  assert.equal(all.configs[0]?.["@type"], "type.googleapis.com/envoy.admin.v3.BootstrapConfigDump");
  const { body } = await sluice.admin("/config_dump?resource=static_clusters&name_regex=up.*");
  const { configs } = JSON.parse(body) as { configs: { "@type": string; cluster: { name: string } }[] };
  assert.deepEqual(
    configs.map((entry) => [entry["@type"], entry.cluster.name]),
    [["type.googleapis.com/envoy.admin.v3.ClustersConfigDump.StaticCluster", "upstream"]],
  );
  assert.equal((await sluice.admin("/config_dump?resource=nothing")).status, 404);
  assert.equal((await sluice.admin("/config_dump?name_regex=(")).status, 400);
  assert.equal((await sluice.admin("/healthcheck/fail")).status, 405);
});
