import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headOf, ManagerRun, statusOf } from "./manager.test.support.js";
import type { ProxyStatusConfig } from "./proxy-status.js";

const ALL: ProxyStatusConfig = {
  name: "edge",
  removeDetails: false,
  removeConnectionTerminationDetails: false,
  removeResponseFlags: false,
  setRecommendedStatus: false,
};

function malformed(config: Partial<ProxyStatusConfig>): string {
  const run = new ManagerRun({ config: { proxyStatus: { ...ALL, ...config } } });
  const client = run.send("GET / HTTP/1.1\r\nhost: a\r\nbad name: x\r\n\r\n");
  return headOf(client.received).find((line) => line.startsWith("proxy-status: ")) ?? "";
}

describe("proxy-status (RFC 9209)", () => {
  test("tells the error, its details and flags", () => {
    const line = malformed({});
    assert.match(line, /^proxy-status: edge; error=http_request_error; details="http1\.[a-z_]+; .+; DPE"$/);
  });

  test("as much of it as is wanted", () => {
    assert.match(
      malformed({ removeResponseFlags: true, removeConnectionTerminationDetails: true }),
      /details="http1\.[a-z_]+"$/,
    );
    assert.equal(malformed({ removeDetails: true }), "proxy-status: edge; error=http_request_error");
  });

  test("stands behind what proxies before us have said, and may change the status", () => {
    const run = new ManagerRun({
      config: { proxyStatus: { ...ALL, removeDetails: true, setRecommendedStatus: true } },
    });
    const client = run.get();
    run.letOrigin((origin) => {
      origin.callbacks.stream.streamInfo.setResponseFlag(1 << 2);
      origin.answer(200, "", { "proxy-status": "first" });
    });
    assert.equal(statusOf(client.received), 504);
    assert.ok(headOf(client.received).includes("proxy-status: first, edge; error=connection_timeout"));
  });

  test("nothing is said of a response without an error", () => {
    const run = new ManagerRun({ config: { proxyStatus: ALL } });
    const client = run.get();
    run.letOrigin((origin) => origin.answer());
    assert.ok(!client.received.includes("proxy-status"));
  });
});
