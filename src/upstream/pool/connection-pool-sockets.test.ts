import assert from "node:assert/strict";
import net from "node:net";
import { type TestContext, test } from "node:test";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { NodeDispatcher } from "../../event/node-dispatcher.js";
import type { IpAddress } from "../../network/address.js";
import { NodeSocketFactory } from "../../network/node-socket-factory.js";
import { ReadBuffers } from "../../network/read-buffers.js";
import { type Cluster, createClusterMemory } from "../cluster.js";
import { clusterInfo, endpoint, limits } from "../cluster.test.support.js";
import { ClusterManager } from "../cluster-manager.js";
import type { Host } from "../host.js";
import type { ConnectionPool } from "./connection-pool.js";
import { OK, ProbeStream } from "./pool.test.support.js";
import { poolKind } from "./pool-kind.js";

const REQUESTS = 40;

/** A pool that may have one connection, on real sockets. */
function poolOf(t: TestContext, address: IpAddress): { dispatcher: NodeDispatcher; pool: ConnectionPool } {
  const dispatcher = new NodeDispatcher();
  const context = { dispatcher, readBuffers: new ReadBuffers() };
  let lastId = 0;
  const info = clusterInfo({
    endpoints: [{ ...endpoint(1), address }],
    defaultLimits: limits({ maxConnections: 1 }),
  });
  const clusters = new ClusterManager(
    [{ info, memory: createClusterMemory(info) }],
    { ...context, sockets: new NodeSocketFactory(context), connectionIds: { next: () => ++lastId } },
    new RecordedStats().root,
    new SeededRandom(1),
  );
  t.after(() => clusters.destroy());
  const cluster = clusters.get("c") as Cluster;
  const pool = clusters.createPool(cluster, cluster.chooseHost() as Host, poolKind("http1", "default"));
  return { dispatcher, pool: pool as ConnectionPool };
}

test("on real sockets: an upstream that closes after each response, without saying so, costs no request", async (t) => {
  const server = net.createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(OK));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  t.after(() => server.close());
  const { dispatcher, pool } = poolOf(t, { kind: "ip", host: "127.0.0.1", port });
  const streams = Array.from({ length: REQUESTS }, (_, index) => new ProbeStream(String(index)));
  await new Promise<void>((resolve) => {
    (streams.at(-1) as ProbeStream).whenComplete = resolve;
    (streams.at(-1) as ProbeStream).whenFailed = resolve;
    dispatcher.beginEvent();
    for (const stream of streams) pool.newStream(stream);
    dispatcher.endEvent();
    setTimeout(resolve, 5_000).unref();
  });
  assert.deepEqual(
    streams.map(({ events }) => events.at(-1)),
    streams.map(() => "complete"),
  );
});

test("on real sockets: a stream is told which of its host's addresses it has reached", async (t) => {
  const server = net.createServer((socket) => void socket.once("data", () => socket.end(OK)));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as net.AddressInfo;
  t.after(() => server.close());
  const { dispatcher, pool } = poolOf(t, { kind: "ip", host: "127.0.0.2", port, otherHosts: ["127.0.0.1"] });
  const stream = new ProbeStream("1");
  await new Promise<void>((resolve) => {
    stream.whenComplete = resolve;
    stream.whenFailed = resolve;
    dispatcher.beginEvent();
    pool.newStream(stream);
    dispatcher.endEvent();
  });
  assert.equal(stream.events.at(-1), "complete");
  assert.equal(stream.client?.remoteAddressText, `127.0.0.1:${port}`);
});
