import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { startGateway } from "./gateway.js";

test("the gateway passes requests to the application's server, counts them and ends", async () => {
  const app = createServer((request, response) => response.end(`app: ${request.url}`)).listen(0, "127.0.0.1");
  await once(app, "listening");
  const gateway = await startGateway((app.address() as AddressInfo).port);
  const url = `http://127.0.0.1:${gateway.port("gateway")}`;
  try {
    assert.equal(await textOf(`${url}/hello`), "app: /hello");
    assert.equal(await textOf(`${url}/health`), "up\n");
    assert.equal(gateway.stat("cluster.app.upstream_rq_total"), 1);
    assert.equal(gateway.stat("http.gateway.downstream_rq_total"), 2);
  } finally {
    await gateway.shutdown();
    app.close();
    app.closeAllConnections();
  }
  await assert.rejects(fetch(url));
});

async function textOf(url: string): Promise<string> {
  const response = await fetch(url, { headers: { connection: "close" } });
  return await response.text();
}
