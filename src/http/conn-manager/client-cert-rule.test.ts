import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientCertMatcherConfig } from "./client-cert-rule.js";
import { type Fields, mutate } from "./mutated-request.test.support.js";

/** Requests of the mesh keep what they bring. */
const MATCHER: ClientCertMatcherConfig = {
  branches: {
    kind: "exactMap",
    input: { kind: "header", name: "x-from" },
    entries: [{ key: "mesh", onMatch: { kind: "action", action: "alwaysForwardOnly" } }],
  },
  onNoMatch: null,
};

function forwarded(from: string, forwardClientCert: "sanitize" | "alwaysForwardOnly"): string | undefined {
  const fields: Fields = [
    ["x-forwarded-client-cert", "By=spiffe://a"],
    ["x-from", from],
  ];
  return mutate({ forwardClientCert, clientCertMatcher: MATCHER }, fields).fields["x-forwarded-client-cert"];
}

test("forward_client_cert_matcher says what becomes of a request's x-forwarded-client-cert", () => {
  assert.equal(forwarded("mesh", "sanitize"), "By=spiffe://a");
});

test("forward_client_cert_details holds where it says nothing", () => {
  assert.equal(forwarded("street", "sanitize"), undefined);
  assert.equal(forwarded("street", "alwaysForwardOnly"), "By=spiffe://a");
});
