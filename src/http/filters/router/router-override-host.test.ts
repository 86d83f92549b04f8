import assert from "node:assert/strict";
import { test } from "node:test";
import { RouterRun, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
const POLICIES = "type.googleapis.com/envoy.extensions.load_balancing_policies";

function policy(name: string, fields: object): object {
  const typed_config = { "@type": `${POLICIES}.${name}`, ...fields };
  return { policies: [{ typed_extension_config: { name, typed_config } }] };
}

test("override_host: a request goes where its header says, a retry to the next of the hosts", () => {
  const load_balancing_policy = policy("override_host.v3.OverrideHost", {
    override_host_sources: [{ header: "x-host" }],
    fallback_policy: policy("round_robin.v3.RoundRobin", {}),
  });
  const retry_policy = { retry_on: "5xx", num_retries: 1 };
  const proxy = new RouterRun({ hosts: 3, cluster: { load_balancing_policy }, route: { retry_policy } });
  const client = proxy.send("GET / HTTP/1.1\r\nhost: a\r\nx-host: 10.0.0.3:80,10.0.0.2:80\r\n\r\n");
  proxy.respond("HTTP/1.1 503 No\r\ncontent-length: 0\r\n\r\n", proxy.origin(0, 2));
  proxy.runFor(100);
  proxy.respond(OK, proxy.origin(0, 1));
  assert.equal(statusOf(client.received), 200);
  proxy.finish([client]);
});
