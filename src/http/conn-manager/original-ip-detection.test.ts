import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { headersOf } from "./manager.test.support.js";
import { type Fields, INTERNAL, mutate } from "./mutated-request.test.support.js";
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

describe("original_ip_detection_extensions", () => {
  const CUSTOM = { kind: "customHeader", headerName: "x-client", trusted: true, rejectStatus: 0 } as const;

  test("the first that finds an address counts", () => {
    const config = { originalIpDetection: [CUSTOM, { kind: "xff", trustedHops: 0, appendsPeer: false }] } as const;
    const both: Fields = [
      ["x-client", "198.51.100.1"],
      ["x-forwarded-for", "203.0.113.1"],
    ];
    assert.equal(mutate(config, both).clientAddress, "198.51.100.1:0");
    assert.equal(mutate(config, both.slice(1)).clientAddress, "203.0.113.1:0");
    assert.equal(mutate(config, [["x-client", "nobody"]]).clientAddress, "192.0.2.5:40001");
    assert.equal(mutate(config, [["x-client", "2001:db8::1"]]).clientAddress, "[2001:db8::1]:0");
  });

  test("the peer is appended where that is wanted, once", () => {
    const proxies = [{ addressPrefix: "192.0.2.0", prefixLength: 24 }];
    const appending = { kind: "trustedProxies", proxies, appendsPeer: true } as const;
    const hops = { kind: "xff", trustedHops: 0, appendsPeer: true } as const;
    const given: Fields = [["x-forwarded-for", "1.2.3.4"]];
    assert.equal(mutate({ originalIpDetection: [appending] }, given).fields["x-forwarded-for"], "1.2.3.4,192.0.2.5");
    const both = mutate({ originalIpDetection: [appending, hops] }, given, "10.1.1.1");
    assert.equal(both.fields["x-forwarded-for"], "1.2.3.4,10.1.1.1");
    assert.equal(both.clientAddress, "1.2.3.4:0");
  });

  test("a header that is trusted can make a request internal, whatever x-forwarded-for says", () => {
    const fields: Fields = [
      ["x-client", "10.0.0.7"],
      ["x-forwarded-for", "203.0.113.1, 203.0.113.2"],
    ];
    const internal = (trusted: boolean): string | undefined =>
      mutate({ ...INTERNAL, originalIpDetection: [{ ...CUSTOM, trusted }] }, fields).fields["x-envoy-internal"];
    assert.equal(internal(true), "true");
    assert.equal(internal(false), undefined);
  });

  test("a request without address can be refused", () => {
    const config = { originalIpDetection: [{ ...CUSTOM, rejectStatus: 403 }] };
    assert.deepEqual(mutate(config, [["x-client", "198.51.100.1"]]).refusal, null);
    const { refusal } = mutate(config, []);
    assert.deepEqual(
      [refusal?.status, refusal?.body, refusal?.details],
      [403, "", "rejecting_because_detection_failed"],
    );
  });
});
