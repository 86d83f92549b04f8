import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  isAuthority,
  isAuthorityWithPort,
  isFieldValue,
  isFieldValueCode,
  isTarget,
  isTargetCode,
  isToken,
  isTokenCode,
  isWhitespaceCode,
  trimWhitespace,
} from "./header-syntax.js";

/** All bytes of a class, as text. */
function members(isMember: (code: number) => boolean): string {
  return String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code).filter(isMember));
}

const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const VISIBLE = String.fromCharCode(...Array.from({ length: 94 }, (_, i) => 0x21 + i));
const OBS_TEXT = String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 0x80 + i));

describe("the bytes of each class", () => {
  test("tchar (RFC 9110 5.6.2)", () => {
    assert.equal(members(isTokenCode), `!#$%&'*+-.0123456789${LETTERS}^_\`${LETTERS.toLowerCase()}|~`);
  });

  test("field values (RFC 9110 5.5)", () => {
    assert.equal(members(isFieldValueCode), `\t ${VISIBLE}${OBS_TEXT}`);
  });

  test("request targets (RFC 9112 3.2)", () => {
    assert.equal(members(isTargetCode), VISIBLE);
  });

  test("whitespace (RFC 9110 5.6.3)", () => {
    assert.equal(members(isWhitespaceCode), "\t ");
  });

  test("what lies behind the end of the bytes is of no class", () => {
    const past = [][0] as unknown as number;
    for (const isMember of [isTokenCode, isFieldValueCode, isTargetCode, isWhitespaceCode]) assert.ok(!isMember(past));
  });
});

describe("whole texts", () => {
  test("tokens", () => {
    for (const text of ["GET", "a", "!#$%&'*+-.^_`|~0aZ"]) assert.ok(isToken(text), text);
    for (const text of ["", " ", "a b", "a:", "ä", "\u0141", "a\0"]) assert.ok(!isToken(text), text);
  });

  test("field values: what is no latin1 is none", () => {
    for (const text of ["", "a b\tc", "ä"]) assert.ok(isFieldValue(text), text);
    for (const text of ["a\r\nb", "\0", "\x7f", "\u0141", "\u010a"]) assert.ok(!isFieldValue(text), text);
  });

  test("targets: what is no ASCII is none", () => {
    for (const text of ["/", "*", "/a?b=%20#c"]) assert.ok(isTarget(text), text);
    for (const text of ["", "/a b", "/ä", "/\u0120", "/\r\n"]) assert.ok(!isTarget(text), text);
  });

  test("whitespace is trimmed, and nothing else that JavaScript takes for it", () => {
    assert.equal(trimWhitespace(" \t a b\t "), "a b");
    assert.equal(trimWhitespace("\xa0a\xa0"), "\xa0a\xa0");
    assert.equal(trimWhitespace(" \t "), "");
    assert.equal(trimWhitespace(""), "");
  });
});

describe("authorities (RFC 3986 3.2)", () => {
  test("with and without port", () => {
    for (const text of ["a", "a:1", "[::1]:1"]) assert.ok(isAuthority(text), text);
    for (const text of ["", ":1", "a:1:2", "u@a", "[::1", "a,b", "\u0141"]) assert.ok(!isAuthority(text), text);
  });

  test("where a port is needed it is from 1 to 65535", () => {
    for (const text of ["a:1", "a:65535", "[::1]:1", "a:0080"]) assert.ok(isAuthorityWithPort(text), text);
    for (const text of ["a", "a:", "a:0", "a:00", "a:65536", "[::1]", ":1", ""]) {
      assert.ok(!isAuthorityWithPort(text), text);
    }
  });
});
