import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import { EDGE, type Fields, INTERNAL, mutate } from "./mutated-request.test.support.js";

const THREE = "203.0.113.128, 203.0.113.10, 203.0.113.1";

describe("x-forwarded-for and who the client is", () => {
  interface Example {
    readonly name: string;
    readonly config: Partial<ConnectionManagerConfig>;
    readonly peer: string;
    readonly forwardedFor: string | null;
    readonly client: string;
    readonly sent: string | undefined;
  }
  const examples: readonly Example[] = [
    {
      name: "the peer is the client of an edge proxy, whatever it claims",
      config: EDGE,
      peer: "192.0.2.5",
      forwardedFor: THREE,
      client: "192.0.2.5:40001",
      sent: `${THREE},192.0.2.5`,
    },
    {
      name: "behind two trusted proxies the second from the right is",
      config: { ...EDGE, xffNumTrustedHops: 2 },
      peer: "192.0.2.5",
      forwardedFor: THREE,
      client: "203.0.113.10:0",
      sent: `${THREE},192.0.2.5`,
    },
    {
      name: "an inner proxy believes the last address",
      config: {},
      peer: "10.11.12.13",
      forwardedFor: `${THREE}, 192.0.2.5`,
      client: "192.0.2.5:0",
      sent: `${THREE}, 192.0.2.5`,
    },
    {
      name: "behind two more hops it believes the third",
      config: { originalIpDetection: [{ kind: "xff", trustedHops: 2, appendsPeer: false }] },
      peer: "10.11.12.13",
      forwardedFor: `${THREE}, 192.0.2.5`,
      client: "203.0.113.10:0",
      sent: `${THREE}, 192.0.2.5`,
    },
    {
      name: "an inner proxy that is told nothing sees its peer",
      config: {},
      peer: "10.20.30.40",
      forwardedFor: null,
      client: "10.20.30.40:40001",
      sent: undefined,
    },
    {
      name: "fewer addresses than trusted hops leave the peer",
      config: { ...EDGE, xffNumTrustedHops: 2 },
      peer: "192.0.2.5",
      forwardedFor: "203.0.113.1",
      client: "192.0.2.5:40001",
      sent: "203.0.113.1,192.0.2.5",
    },
    {
      name: "what is no address leaves the peer",
      config: {},
      peer: "10.11.12.13",
      forwardedFor: "unknown",
      client: "10.11.12.13:40001",
      sent: "unknown",
    },
    {
      name: "an edge proxy begins the list",
      config: EDGE,
      peer: "192.0.2.5",
      forwardedFor: null,
      client: "192.0.2.5:40001",
      sent: "192.0.2.5",
    },
    {
      name: "unless it is told not to",
      config: { ...EDGE, skipXffAppend: true },
      peer: "192.0.2.5",
      forwardedFor: null,
      client: "192.0.2.5:40001",
      sent: undefined,
    },
    {
      name: "a loopback peer would tell nobody anything: our own address is appended",
      config: EDGE,
      peer: "127.0.0.1",
      forwardedFor: null,
      client: "127.0.0.1:40001",
      sent: "10.0.0.1",
    },
  ];
  for (const { name, config, peer, forwardedFor, client, sent } of examples) {
    test(name, () => {
      const fields: Fields = forwardedFor === null ? [] : [["x-forwarded-for", forwardedFor]];
      const mutated = mutate(config, fields, peer);
      assert.equal(mutated.clientAddress, client);
      assert.equal(mutated.fields["x-forwarded-for"], sent);
    });
  }

  test("repeated fields are one list", () => {
    const fields: Fields = [
      ["x-forwarded-for", "203.0.113.1"],
      ["x-forwarded-for", "203.0.113.2"],
    ];
    assert.equal(mutate({}, fields).clientAddress, "203.0.113.2:0");
    assert.equal(mutate(EDGE, fields).fields["x-forwarded-for"], "203.0.113.1,203.0.113.2,192.0.2.5");
  });
});

describe("x-forwarded-proto and the scheme", () => {
  const cases: readonly (readonly [
    name: string,
    config: Partial<ConnectionManagerConfig>,
    fields: Fields,
    proto: string,
    scheme: string,
  ])[] = [
    ["are http without TLS", {}, [], "http", "http"],
    ["of an inner proxy are what it was told", {}, [["x-forwarded-proto", "https"]], "https", "https"],
    ["of an edge proxy are what it sees", EDGE, [["x-forwarded-proto", "https"]], "http", "http"],
    [
      "behind trusted hops are what it was told",
      { ...EDGE, xffNumTrustedHops: 1 },
      [["x-forwarded-proto", "https"]],
      "https",
      "https",
    ],
    ["behind trusted hops that are silent are what it sees", { ...EDGE, xffNumTrustedHops: 1 }, [], "http", "http"],
    ["ignore the case", {}, [["x-forwarded-proto", "HTTPS"]], "HTTPS", "https"],
    ["fall back to http where garbage was sent", {}, [["x-forwarded-proto", "gopher"]], "gopher", "http"],
    ["fall back to http where nothing was sent", {}, [["x-forwarded-proto", ""]], "", "http"],
    ["are https on a port that stands for it", { ...EDGE, httpsDestinationPorts: [443, 80] }, [], "https", "https"],
    ["are http on another port", { ...EDGE, httpsDestinationPorts: [443] }, [], "http", "http"],
    [
      "of an inner proxy are what it was told, whatever the port",
      { httpsDestinationPorts: [80] },
      [["x-forwarded-proto", "http"]],
      "http",
      "http",
    ],
    [
      "leave the scheme of the request alone",
      {},
      [
        [":scheme", "https"],
        ["x-forwarded-proto", "http"],
      ],
      "http",
      "https",
    ],
  ];
  for (const [name, config, fields, proto, scheme] of cases) {
    test(name, () => {
      const { headers } = mutate(config, fields);
      assert.equal(headers.get("x-forwarded-proto"), proto);
      assert.equal(headers.scheme, scheme);
    });
  }
});

describe("internal requests", () => {
  const cases: readonly (readonly [
    name: string,
    config: Partial<ConnectionManagerConfig>,
    peer: string,
    forwardedFor: string | null,
    internal: boolean,
  ])[] = [
    ["from an internal peer at the edge", { ...EDGE, ...INTERNAL }, "10.1.1.1", null, true],
    ["from an external peer", { ...EDGE, ...INTERNAL }, "192.0.2.5", null, false],
    ["from an internal peer that brings x-forwarded-for", { ...EDGE, ...INTERNAL }, "10.1.1.1", "10.2.2.2", false],
    ["for one internal address, inside", INTERNAL, "192.0.2.5", "10.2.2.2", true],
    ["for two addresses, inside", INTERNAL, "192.0.2.5", "10.2.2.2, 10.3.3.3", false],
    ["for no address, inside", INTERNAL, "10.1.1.1", null, false],
    ["for what is no address, inside", INTERNAL, "192.0.2.5", "10", false],
    ["nobody is internal without ranges", EDGE, "10.1.1.1", null, false],
  ];
  for (const [name, config, peer, forwardedFor, internal] of cases) {
    test(`${name}: ${internal ? "internal" : "external"}`, () => {
      const given: Fields = [["x-envoy-internal", "claimed"]];
      const fields: Fields = forwardedFor === null ? given : [...given, ["x-forwarded-for", forwardedFor]];
      assert.equal(mutate(config, fields, peer).fields["x-envoy-internal"], internal ? "true" : undefined);
    });
  }
});

describe("x-envoy-* headers that a client may not set", () => {
  const ALWAYS = [
    "x-envoy-retriable-status-codes",
    "x-envoy-retriable-header-names",
    "x-envoy-retry-on",
    "x-envoy-retry-grpc-on",
    "x-envoy-max-retries",
    "x-envoy-upstream-alt-stat-name",
    "x-envoy-upstream-rq-timeout-ms",
    "x-envoy-upstream-rq-per-try-timeout-ms",
    "x-envoy-upstream-rq-timeout-alt-response",
    "x-envoy-expected-rq-timeout-ms",
    "x-envoy-force-trace",
    "x-envoy-ip-tags",
    "x-envoy-original-url",
    "x-envoy-hedge-on-per-try-timeout",
  ];
  const AT_THE_EDGE = [
    "x-envoy-decorator-operation",
    "x-envoy-downstream-service-cluster",
    "x-envoy-downstream-service-node",
    "x-envoy-original-path",
    "x-envoy-original-host",
  ];
  const OTHERS = ["x-envoy-mobile", "x-envoy"];
  const all: Fields = [...ALWAYS, ...AT_THE_EDGE, ...OTHERS].map((name) => [name, "1"]);

  function kept(config: Partial<ConnectionManagerConfig>, peer: string): string[] {
    const { fields } = mutate(config, all, peer);
    return all.map(([name]) => name).filter((name) => name in fields);
  }

  test("at the edge", () => {
    assert.deepEqual(kept(EDGE, "192.0.2.5"), OTHERS);
  });

  test("inside, from an external client", () => {
    assert.deepEqual(kept({}, "192.0.2.5"), [...AT_THE_EDGE, ...OTHERS]);
  });

  test("from an internal client none is removed", () => {
    assert.deepEqual(kept({ ...EDGE, ...INTERNAL }, "10.1.1.1"), [...ALWAYS, ...AT_THE_EDGE, ...OTHERS]);
  });
});

describe("x-envoy-external-address", () => {
  test("is the client, at the edge", () => {
    const { fields } = mutate(EDGE, [["x-envoy-external-address", "claimed"]]);
    assert.equal(fields["x-envoy-external-address"], "192.0.2.5");
  });

  test("is the trusted client, behind trusted hops", () => {
    const { fields } = mutate({ ...EDGE, xffNumTrustedHops: 1 }, [["x-forwarded-for", "203.0.113.1"]]);
    assert.equal(fields["x-envoy-external-address"], "203.0.113.1");
  });

  test("is not touched inside, nor for internal clients", () => {
    assert.equal(mutate({}, []).fields["x-envoy-external-address"], undefined);
    assert.equal(mutate({ ...EDGE, ...INTERNAL }, [], "10.1.1.1").fields["x-envoy-external-address"], undefined);
  });

  test("is not set for a peer without an address", () => {
    const { fields } = mutate(EDGE, [], "");
    assert.equal(fields["x-envoy-external-address"], undefined);
    assert.equal(fields["x-forwarded-for"], undefined);
  });
});

describe("x-request-id", () => {
  const GENERATE = { requestId: { preserveExternal: false, packTraceReason: true } };
  const PRESERVE = { requestId: { preserveExternal: true, packTraceReason: true } };
  const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
  const KNOWN: Fields = [["x-request-id", "known"]];

  const cases: readonly (readonly [
    name: string,
    config: Partial<ConnectionManagerConfig>,
    fields: Fields,
    id: "generated" | "known" | undefined,
  ])[] = [
    ["is generated where it is missing", GENERATE, [], "generated"],
    ["is generated where it is empty", GENERATE, [["x-request-id", ""]], "generated"],
    ["stays inside", GENERATE, KNOWN, "known"],
    ["is replaced at the edge", { ...GENERATE, ...EDGE }, KNOWN, "generated"],
    ["stays at the edge where it is preserved", { ...PRESERVE, ...EDGE }, KNOWN, "known"],
    ["is generated at the edge also where it would be preserved", { ...PRESERVE, ...EDGE }, [], "generated"],
    ["is not made where it is switched off", {}, [], undefined],
    ["stays where making it is switched off", EDGE, KNOWN, "known"],
  ];
  for (const [name, config, fields, id] of cases) {
    test(name, () => {
      const made = mutate(config, fields).fields["x-request-id"];
      if (id === "generated") assert.match(made ?? "", UUID);
      else assert.equal(made, id);
    });
  }
});

describe("x-request-id says whether the request is traced (envoy.request_id.uuid)", () => {
  const SAMPLED = "01234567-89ab-9def-8123-456789abcdef";
  const idOf = (config: Partial<ConnectionManagerConfig>): string | undefined =>
    mutate(config, [["x-request-id", SAMPLED]]).fields["x-request-id"];

  test("which a client at the edge does not decide", () => {
    const requestId = { preserveExternal: true, packTraceReason: true };
    assert.equal(idOf({ ...EDGE, requestId }), "01234567-89ab-4def-8123-456789abcdef");
  });

  test("unless the id is none of our business", () => {
    assert.equal(idOf({ ...EDGE, requestId: { preserveExternal: true, packTraceReason: false } }), SAMPLED);
    assert.equal(idOf({ requestId: { preserveExternal: true, packTraceReason: true } }), SAMPLED);
  });
});

describe("x-forwarded-port (append_x_forwarded_port)", () => {
  const PORT = { appendXForwardedPort: true };
  const THEIRS: Fields = [["x-forwarded-port", "443"]];

  test("is the port that the client came to", () => {
    assert.equal(mutate({}, []).fields["x-forwarded-port"], undefined);
    assert.equal(mutate(PORT, []).fields["x-forwarded-port"], "80");
    assert.equal(mutate({ ...PORT, ...EDGE }, THEIRS).fields["x-forwarded-port"], "80");
  });

  test("or the one that a trusted proxy names", () => {
    assert.equal(mutate(PORT, THEIRS).fields["x-forwarded-port"], "443");
    assert.equal(mutate({ ...PORT, ...EDGE, xffNumTrustedHops: 1 }, THEIRS).fields["x-forwarded-port"], "443");
  });
});

test("scheme_header_transformation overrides what the request says", () => {
  const { headers, fields } = mutate({ scheme: "https" }, [
    [":scheme", "http"],
    ["x-forwarded-proto", "http"],
  ]);
  assert.equal(headers.scheme, "https");
  assert.equal(fields["x-forwarded-proto"], "https");
});

test("IPv4 peers as IPv6 in x-forwarded-for", () => {
  const { fields } = mutate({ ...EDGE, mapIpv4RemoteAddress: true }, []);
  assert.equal(fields["x-forwarded-for"], "::FFFF:192.0.2.5");
  assert.equal(
    mutate({ ...EDGE, mapIpv4RemoteAddress: true }, [], "2001:db8::1").fields["x-forwarded-for"],
    "2001:db8::1",
  );
});

test("Unix domain sockets can be internal", () => {
  assert.equal(mutate({ ...EDGE, internalUnixSockets: true }, [], "").fields["x-envoy-internal"], "true");
  assert.equal(mutate({ ...EDGE, ...INTERNAL }, [], "").fields["x-envoy-internal"], undefined);
});

test("internal_only_headers are for internal callers", () => {
  const config = { ...INTERNAL, ...EDGE, internalOnlyHeaders: ["x-debug"] };
  assert.equal(mutate(config, [["x-debug", "1"]]).fields["x-debug"], undefined);
  assert.equal(mutate(config, [["x-debug", "1"]], "10.0.0.7").fields["x-debug"], "1");
});

test("add_user_agent says who sends the request on", () => {
  assert.deepEqual(mutate({ addUserAgent: true }, [["user-agent", ""]]).fields, {
    "user-agent": "edge",
    "x-forwarded-proto": "http",
    "x-envoy-downstream-service-cluster": "edge",
    "x-envoy-downstream-service-node": "node-1",
  });
  assert.equal(mutate({ addUserAgent: true }, [["user-agent", "curl"]]).fields["user-agent"], "curl");
});

describe("via", () => {
  test("is not added by default", () => {
    assert.equal(mutate({}, []).fields.via, undefined);
  });

  test("is added where it is configured, behind other hops", () => {
    assert.equal(mutate({ via: "1.1 sluice" }, []).fields.via, "1.1 sluice");
    const fields: Fields = [
      ["via", "1.0 a"],
      ["via", "1.1 b"],
    ];
    assert.equal(mutate({ via: "1.1 sluice" }, fields).fields.via, "1.0 a,1.1 b, 1.1 sluice");
  });
});

describe("referer", () => {
  const cases: readonly (readonly [referer: string, kept: boolean])[] = [
    ["https://a.example/path?query", true],
    ["http://a", true],
    ["/path", false],
    ["a.example/path", false],
    ["https://", false],
    ["https:///path", false],
    ["", false],
  ];
  for (const [referer, kept] of cases) {
    test(`${JSON.stringify(referer)} is ${kept ? "kept" : "removed"}`, () => {
      assert.equal(mutate({}, [["referer", referer]]).fields.referer, kept ? referer : undefined);
    });
  }

  test("that is repeated is removed", () => {
    const { fields } = mutate({}, [
      ["referer", "https://a/"],
      ["referer", "https://b/"],
    ]);
    assert.equal(fields.referer, undefined);
  });
});

test("x-forwarded-client-cert is nobody's to claim", () => {
  const fields: Fields = [["x-forwarded-client-cert", "By=spiffe://a;Hash=00"]];
  const modes = ["sanitize", "forwardOnly", "appendForward", "sanitizeSet"] as const;
  for (const forwardClientCert of modes) {
    for (const config of [{}, EDGE, INTERNAL]) {
      const mutated = mutate({ ...config, forwardClientCert }, fields);
      assert.equal(mutated.fields["x-forwarded-client-cert"], undefined);
    }
  }
  const always = mutate({ forwardClientCert: "alwaysForwardOnly" }, fields);
  assert.equal(always.fields["x-forwarded-client-cert"], "By=spiffe://a;Hash=00");
});

test("everything else stays as it came", () => {
  const fields: Fields = [
    ["accept", "*/*"],
    ["cookie", "a=1"],
    ["user-agent", "test"],
  ];
  assert.deepEqual(mutate({}, fields).fields, { ...Object.fromEntries(fields), "x-forwarded-proto": "http" });
});
