import assert from "node:assert/strict";
import { test } from "node:test";
import { addressText, parseIpAddress } from "./address.js";

test("addresses are read as they are written, IPv6 in its usual form", () => {
  for (const text of ["127.0.0.1:80", "[::1]:65535", "0.0.0.0:0"]) {
    const address = parseIpAddress(text);
    assert.ok(address !== null, text);
    assert.equal(addressText(address), text);
  }
  assert.deepEqual(parseIpAddress("[2001:DB8:0::0001]:8"), { kind: "ip", host: "2001:db8::1", port: 8 });
});

test("anything else is no address", () => {
  const texts = [
    "",
    ":80",
    "1.2.3.4",
    "1.2.3.4:",
    "1.2.3.4:65536",
    "1.2.3.4:-1",
    "1.2.3.4:1x",
    "1.2.3:80",
    "a.test:80",
  ];
  const more = [
    "::1:80",
    "[::1]",
    "[1.2.3.4]:80",
    "[::1:80",
    "::1]:80",
    "[fe80::1%eth0]:80",
    " 1.2.3.4:80",
    "/pipe:80",
  ];
  for (const text of [...texts, ...more]) assert.equal(parseIpAddress(text), null, text);
});
