import assert from "node:assert/strict";
import { test } from "node:test";
import { maskAddress } from "./address-mask.js";

const CASES: readonly (readonly [string, number, string | null])[] = [
  ["10.1.10.23", 16, "10.1.0.0/16"],
  ["10.1.10.23", 20, "10.1.0.0/20"],
  ["10.1.31.23", 20, "10.1.16.0/20"],
  ["10.1.10.23", 0, "0.0.0.0/0"],
  ["10.1.10.23", 32, "10.1.10.23/32"],
  ["10.1.10.23", 33, null],
  ["2001:db8:1234:5678:9abc:def0:1234:5678", 64, "2001:db8:1234:5678::/64"],
  ["2001:db8::1", 128, "2001:db8::1/128"],
  ["2001:db8::1", 20, "2001::/20"],
  ["2001:0:1:0:0:1:2:3", 128, "2001:0:1::1:2:3/128"],
  ["1:0:2:3:4:5:6:7", 128, "1:0:2:3:4:5:6:7/128"],
  ["::ffff:1.2.3.4", 128, "::ffff:102:304/128"],
  ["::", 0, "::/0"],
  ["fe80::1%eth0", 10, "fe80::/10"],
  ["/run/x.sock", 8, null],
];

for (const [host, prefix, expected] of CASES) {
  test(`${host} masked to ${prefix} bits`, () => {
    assert.equal(maskAddress(host, prefix), expected);
  });
}
