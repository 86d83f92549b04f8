import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headersOf } from "./manager.test.support.js";
import { buildIpDetectors, type OriginalIpDetector } from "./original-ip-detection.js";

const [DETECTOR] = buildIpDetectors([
  {
    kind: "trustedProxies",
    proxies: [
      { addressPrefix: "192.0.2.0", prefixLength: 24 },
      { addressPrefix: "2001:db8:7e57:1::", prefixLength: 64 },
    ],
    appendsPeer: false,
  },
]) as [OriginalIpDetector];

describe("xff_trusted_cidrs", () => {
  const cases: readonly (readonly [name: string, peer: string, forwardedFor: string, client: string | null])[] = [
    ["a peer that is no proxy is not asked", "10.1.1.1", "1.2.3.4,2.2.2.2", null],
    ["the client is the last one that is no proxy", "192.0.2.5", "1.2.3.4,2.2.2.2", "2.2.2.2"],
    ["also before several proxies", "192.0.2.5", "1.2.3.4,2.2.2.2,192.0.2.7, 192.0.2.1", "2.2.2.2"],
    ["a proxy of IPv6", "2001:db8:7e57:1::1", "1.2.3.4,2.2.2.2", "2.2.2.2"],
    ["the first one where all are proxies", "192.0.2.5", "192.0.2.4,192.0.2.9", "192.0.2.4"],
    ["what is no address says nothing", "192.0.2.5", "1.2.3.4,,192.0.2.1", null],
    ["20 entries are a way", "192.0.2.5", `1.2.3.4${",192.0.2.1".repeat(19)}`, "1.2.3.4"],
    ["21 are none", "192.0.2.5", `1.2.3.4${",192.0.2.1".repeat(20)}`, null],
    ["a peer on a Unix domain socket has no address", "", "1.2.3.4", null],
  ];
  for (const [name, peer, forwardedFor, client] of cases) {
    test(name, () => {
      assert.equal(DETECTOR.detect(headersOf([["x-forwarded-for", forwardedFor]]), peer), client);
    });
  }

  test("nothing is found where nothing was written", () => {
    assert.equal(DETECTOR.detect(headersOf([]), "192.0.2.5"), null);
  });

  test("the first address of the way is good enough for an internal one, one behind a stranger is not", () => {
    const trusts = (forwardedFor: string): boolean =>
      DETECTOR.trusts(headersOf([["x-forwarded-for", forwardedFor]]), "10.0.0.7");
    assert.ok(trusts("10.0.0.7, 192.0.2.1"));
    assert.ok(!trusts("198.51.100.1, 10.0.0.7, 192.0.2.1"));
  });
});
