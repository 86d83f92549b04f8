import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

function runOf(options: RouterRunOptions = {}): RouterRun {
  const preconnect = { preconnect_policy: { predictive_preconnect_ratio: 1.5 } };
  return new RouterRun({ hosts: 4, ...options, cluster: { ...preconnect, ...options.cluster } });
}

/** The connections of all hosts, as they came to each. */
const all = (run: RouterRun) => run.upstreams.flatMap(({ accepted }) => accepted);

describe("connections that are opened ahead", () => {
  test("the next requests are written at once, to hosts that have never seen one", () => {
    const run = runOf();
    const first = run.get("/1");
    assert.equal(all(run).length, 3);
    assert.equal(all(run).filter(({ received }) => received !== "").length, 1);
    const clients = [first, run.get("/2"), run.get("/3")];
    assert.equal(run.clusterStat("upstream_rq_pending_total"), 1, "the second and the third did not wait");
    for (const path of ["/1", "/2", "/3"]) {
      const [origin] = all(run).filter(({ received }) => received.startsWith(`GET ${path} `));
      assert.ok(origin !== undefined);
      run.respond(OK, origin);
    }
    assert.deepEqual(
      clients.map(({ received }) => statusOf(received)),
      [200, 200, 200],
    );
    run.finish(clients);
  });

  test("an attempt that replaces another goes on with what was foreseen", () => {
    const run = runOf({ route: { retry_policy: { retry_on: "5xx" } } });
    const client = run.get();
    const [origin] = all(run).filter(({ received }) => received !== "");
    run.respond("HTTP/1.1 500 \r\ncontent-length: 0\r\n\r\n", origin);
    run.runFor(100);
    assert.equal(run.clusterStat("upstream_rq_retry"), 1);
    assert.equal(run.clusterStat("upstream_rq_pending_total"), 1);
    const [second] = all(run).filter((one) => one.received !== "" && one !== origin);
    run.respond(OK, second);
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });

  test("copies have connections opened ahead in their own cluster", () => {
    const address = (last: number) => ({ socket_address: { address: `10.0.1.${last}`, port_value: 80 } });
    const endpoints = [1, 2, 3].map((last) => ({ endpoint: { address: address(last) } }));
    const copies = {
      name: "copy",
      preconnect_policy: { predictive_preconnect_ratio: 1.5 },
      load_assignment: { cluster_name: "copy", endpoints: [{ lb_endpoints: endpoints }] },
    };
    const run = new RouterRun({
      route: { request_mirror_policies: [{ cluster: "copy" }] },
      moreClusters: [copies],
    });
    for (const last of [1, 2, 3]) run.proxy.network.listenPeer({ kind: "ip", host: `10.0.1.${last}`, port: 80 });
    const client = run.get();
    assert.equal(run.stat("cluster.copy.upstream_cx_total"), 3);
    assert.equal(run.clusterStat("upstream_cx_total"), 1);
    run.respond(OK);
    run.finish([client]);
  });
});
