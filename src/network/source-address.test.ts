import assert from "node:assert/strict";
import { test } from "node:test";
import { sourceFor } from "./source-address.js";

const V4 = { kind: "ip", host: "127.0.0.2", port: 0 } as const;
const V6 = { kind: "ip", host: "::1", port: 0 } as const;

test("our own end is of the family of the other end", () => {
  const toV4 = { kind: "ip", host: "192.0.2.1", port: 80 } as const;
  const toV6 = { kind: "ip", host: "2001:db8::1", port: 80 } as const;
  assert.equal(sourceFor([V4, V6], toV4), V4);
  assert.equal(sourceFor([V4, V6], toV6), V6);
  // Binding fails then, and that is told.
  assert.equal(sourceFor([V4], toV6), V4);
  assert.equal(sourceFor([], toV4), null);
  assert.equal(sourceFor([V4], { kind: "pipe", path: "/run/up" }), null);
});
