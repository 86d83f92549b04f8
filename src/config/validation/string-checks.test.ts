import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonValue } from "@bufbuild/protobuf";
import type { BytesRules, StringRules } from "../../gen/validate/validate_pb.js";
import { firstFault, rules } from "./rules.test.support.js";
import { bytesChecks, stringChecks } from "./string-checks.js";

/** Rules, values that fit, values that do not, and what is said of those. */
const STRINGS: readonly (readonly [JsonValue, readonly string[], readonly string[], string])[] = [
  [{ const: "a" }, ["a"], ["", "b"], 'must be "a"'],
  [{ len: "2" }, ["ab", "é😀"], ["a", "abc"], "must be 2 characters long"],
  [{ minLen: "1" }, ["a"], [""], "must not be empty"],
  [{ minLen: "2" }, ["ab"], ["😀"], "must be at least 2 characters long"],
  [{ maxLen: "1" }, ["", "😀"], ["ab"], "must be at most 1 character long"],
  [{ lenBytes: "2" }, ["ab", "é"], ["a", "😀"], "must be 2 bytes long"],
  [{ minBytes: "2" }, ["é"], ["a"], "must be at least 2 bytes long"],
  [{ maxBytes: "3" }, ["abc"], ["😀"], "must be at most 3 bytes long"],
  [{ pattern: "^a+$" }, ["aa"], ["ab", ""], "must match the pattern ^a+$"],
  [{ prefix: "x-" }, ["x-a"], ["a"], 'must begin with "x-"'],
  [{ suffix: ".a" }, ["b.a"], [".ab"], 'must end with ".a"'],
  [{ contains: "b" }, ["abc"], ["ac"], 'must contain "b"'],
  [{ notContains: "b" }, ["ac"], ["abc"], 'must not contain "b"'],
  [{ in: ["a", "b"] }, ["a", "b"], ["c"], "must be one of a, b"],
  [{ notIn: ["a"] }, ["b"], ["a"], 'must not be "a"'],
  [{ email: true }, ["a.b@c.de"], ["a", "@b", "a@", "a b@c"], "must be an email address"],
  [{ hostname: true }, ["a", "a-b.c."], ["", "-a", "a..b", "a_b", "x".repeat(64)], "must be a host name"],
  [{ ip: true }, ["1.2.3.4", "::1"], ["1.2.3", "[::1]"], "must be an IP address"],
  [{ ipv4: true }, ["1.2.3.4"], ["::1"], "must be an IPv4 address"],
  [{ ipv6: true }, ["::1"], ["1.2.3.4"], "must be an IPv6 address"],
  [{ uri: true }, ["http://a/b?c#d"], ["/a", "http://a b", "http://%zz"], "must be an absolute URI"],
  [{ uriRef: true }, ["/a", "http://a"], ["a b", "%"], "must be a URI or a relative reference"],
  [{ address: true }, ["1.2.3.4", "a.b"], ["a_b", "[::1]"], "must be an IP address or a host name"],
  [{ uuid: true }, ["01234567-89ab-CDEF-0123-456789abcdef"], ["0123"], "must be a UUID"],
  [{ wellKnownRegex: "HTTP_HEADER_NAME" }, ["x-a", ":path"], ["", "a b", "a:", "ä"], "must be a valid header name"],
  [{ wellKnownRegex: "HTTP_HEADER_VALUE" }, ["", "a\tb", "ä"], ["a\nb", "\u007f"], "must be a valid header value"],
  [{ wellKnownRegex: "HTTP_HEADER_NAME", strict: false }, ["a b"], ["a\r"], "must be a valid header name"],
  [{ wellKnownRegex: "HTTP_HEADER_VALUE", strict: false }, ["\u0001"], ["a\0"], "must be a valid header value"],
  [{ minLen: "3", ignoreEmpty: true }, ["", "abc"], ["ab"], "must be at least 3 characters long"],
  [{ email: false }, ["x"], [], ""],
];

test("string rules", () => {
  for (const [json, good, bad, fault] of STRINGS) {
    const checks = stringChecks(rules<StringRules>("validate.StringRules", json));
    for (const value of good) assert.equal(firstFault(checks, value), null, `${JSON.stringify(json)} ${value}`);
    for (const value of bad) assert.equal(firstFault(checks, value), fault, `${JSON.stringify(json)} ${value}`);
  }
});

const BYTES: readonly (readonly [JsonValue, string, string, string])[] = [
  [{ const: "YWI=" }, "ab", "ac", "must be 0x6162"],
  [{ len: "1" }, "a", "ab", "must be 1 byte long"],
  [{ minLen: "1" }, "a", "", "must not be empty"],
  [{ maxLen: "1" }, "a", "ab", "must be at most 1 byte long"],
  [{ prefix: "YQ==" }, "ab", "ba", "must begin with 0x61"],
  [{ suffix: "YQ==" }, "ba", "ab", "must end with 0x61"],
  [{ contains: "YQ==" }, "bab", "b", "must contain 0x61"],
  [{ in: ["YQ=="] }, "a", "b", "must be one of 0x61"],
  [{ notIn: ["YQ=="] }, "b", "a", "must not be 0x61"],
];

test("bytes rules", () => {
  for (const [json, good, bad, fault] of BYTES) {
    const checks = bytesChecks(rules<BytesRules>("validate.BytesRules", json));
    assert.equal(firstFault(checks, Buffer.from(good)), null, JSON.stringify(json));
    assert.equal(firstFault(checks, Buffer.from(bad)), fault, JSON.stringify(json));
  }
});
