import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, hostAddress, RouterRun, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";

/** A cluster that drops a share of its requests. */
function dropping(dropOverloads: readonly object[]): RouterRun {
  const { host, port } = hostAddress(1);
  const endpoint = { endpoint: { address: { socket_address: { address: host, port_value: port } } } };
  const assignment = { endpoints: [{ lb_endpoints: [endpoint] }], policy: { drop_overloads: dropOverloads } };
  return new RouterRun({ cluster: { load_assignment: { cluster_name: "c", ...assignment } } });
}

describe("requests that a cluster turns away", () => {
  test("maintenance mode", () => {
    const run = new RouterRun({ runtime: { "upstream.maintenance_mode.c": 100 } });
    const client = run.get();
    assert.deepEqual([statusOf(client.received), bodyOf(client.received)], [503, "maintenance mode"]);
    assert.equal(fieldsOf(client.received).get("x-envoy-overloaded"), "true");
    assert.deepEqual(run.log, ["503 UO maintenance_mode"]);
    assert.equal(run.clusterStat("upstream_rq_maintenance_mode"), 1);
    run.finish([client]);
  });

  test("of another cluster says nothing of this one", () => {
    const run = new RouterRun({ runtime: { "upstream.maintenance_mode.other": 100 } });
    const client = run.get();
    run.respond(OK);
    assert.equal(statusOf(client.received), 200);
    run.finish([client]);
  });

  test("all are dropped", () => {
    const run = dropping([{ category: "all", drop_percentage: { numerator: 100 } }]);
    const client = run.get();
    assert.equal(bodyOf(client.received), "unconditional drop overload");
    assert.equal(fieldsOf(client.received).get("x-envoy-unconditional-drop-overload"), "true");
    assert.deepEqual(run.log, ["503 UDO unconditional_drop_overload"]);
    run.finish([client]);
  });

  test("a share is dropped", () => {
    const run = dropping([{ category: "some", drop_percentage: { numerator: 50 } }]);
    const clients = Array.from({ length: 60 }, () => run.get());
    const dropped = clients.filter(({ received }) => received !== "");
    assert.ok(dropped.length > 15 && dropped.length < 45, `${dropped.length}`);
    assert.equal(fieldsOf(dropped[0]?.received ?? "").get("x-envoy-drop-overload"), "true");
    assert.equal(run.log[0], "503 DO drop_overload");
    assert.equal(run.clusterStat("upstream_rq_drop_overload"), dropped.length);
    for (const client of clients) client.reset();
    run.finish(clients);
  });
});
