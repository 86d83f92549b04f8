import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fieldOf } from "../support/http-message.js";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { SluiceProcess, temporaryDirectory } from "../support/sluice-process.js";
import { until } from "../support/until.js";

const MONITORS = "type.googleapis.com/envoy.extensions.resource_monitors";
const GET = "GET /direct HTTP/1.1\r\nhost: a\r\n\r\n";

function overloadManager(path: string, actions: readonly string[]): object {
  const typed = { "@type": `${MONITORS}.injected_resource.v3.InjectedResourceConfig`, filename: path };
  return {
    overload_manager: {
      refresh_interval: "0.02s",
      resource_monitors: [{ name: "file", typed_config: typed }],
      actions: actions.map((name) => ({ name, triggers: [{ name: "file", threshold: { value: 0.9 } }] })),
    },
  };
}

async function startUnderLoad(t: TestContext, actions: readonly string[], args: readonly string[] = []) {
  const path = join(temporaryDirectory(t), "pressure");
  writeFileSync(path, "0");
  const config = proxyConfig({
    bootstrap: overloadManager(path, actions),
    accessLog: "%RESPONSE_CODE% %RESPONSE_FLAGS%",
  });
  const sluice = await SluiceProcess.start(t, config, args);
  /** Settles when the pressure has been seen. */
  const press = async (pressure: number): Promise<void> => {
    writeFileSync(path, String(pressure));
    await until(`pressure ${pressure}`, async () => {
      await pause(5);
      const { body } = await sluice.admin("/stats?filter=overload.file.pressure");
      return body.includes(`: ${pressure * 100}\n`);
    });
  };
  return { sluice, press };
}

for (const concurrency of ["1", "2"]) {
  test(`requests are refused while a pressure is high, concurrency ${concurrency}`, async (t) => {
    const actions = ["envoy.overload_actions.stop_accepting_requests"];
    const { sluice, press } = await startUnderLoad(t, actions, ["--concurrency", concurrency]);
    const client = await RawClient.connect(t, sluice.port);
    client.send(GET);
    assert.equal((await client.response()).status, 200);
    await press(1);
    client.send(GET);
    const refused = await client.response();
    assert.deepEqual([refused.status, refused.body.toString()], [503, "envoy overloaded"]);
    await press(0);
    client.send(GET);
    assert.equal((await client.response()).status, 200);
    assert.deepEqual(await sluice.stdout.waitForLines(3), ["200 -", "503 OM", "200 -"]);
  });
}

test("connections are refused, and those that live are ended, while a pressure is high", async (t) => {
  const { sluice, press } = await startUnderLoad(t, [
    "envoy.overload_actions.disable_http_keepalive",
    "envoy.overload_actions.stop_accepting_connections",
  ]);
  const client = await RawClient.connect(t, sluice.port);
  await press(1);
  const refused = await RawClient.connect(t, sluice.port);
  await refused.expectClose();
  client.send(GET);
  assert.equal(fieldOf(await client.response(), "connection"), "close");
  await client.expectClose();
  const { body } = await sluice.admin("/stats?usedonly&filter=overload_");
  assert.match(body, /http\.main\.downstream_cx_overload_disable_keepalive: 1\n/);
  assert.match(body, /listener\.127\.0\.0\.1_0\.downstream_cx_overload_reject: 1\n/);
});

for (const concurrency of ["1", "2"]) {
  test(`connections above the limits are closed, concurrency ${concurrency}`, async (t) => {
    const typed = {
      "@type": `${MONITORS}.downstream_connections.v3.DownstreamConnectionsConfig`,
      max_active_downstream_connections: 2,
    };
    const bootstrap = {
      overload_manager: {
        resource_monitors: [{ name: "envoy.resource_monitors.global_downstream_max_connections", typed_config: typed }],
      },
    };
    const sluice = await SluiceProcess.start(t, proxyConfig({ bootstrap }), ["--concurrency", concurrency]);
    const clients = [await RawClient.connect(t, sluice.port), await RawClient.connect(t, sluice.port)];
    for (const client of clients) {
      client.send(GET);
      assert.equal((await client.response()).status, 200);
    }
    const tooMany = await RawClient.connect(t, sluice.port);
    await tooMany.expectClose();
    const { body } = await sluice.admin("/stats?usedonly&filter=overflow");
    assert.equal(body, "listener.127.0.0.1_0.downstream_global_cx_overflow: 1\n");
  });
}
