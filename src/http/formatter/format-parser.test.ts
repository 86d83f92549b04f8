import assert from "node:assert/strict";
import { test } from "node:test";
import { FormatError } from "./format-error.js";
import { operatorNames, parseFormat } from "./format-parser.js";
import { isUnsupportedOperator, UNSUPPORTED_OPERATORS } from "./unsupported-operators.js";

/** Format, the offset of what is wrong, and a part of the reason. */
const ERRORS: readonly (readonly [string, number, RegExp])[] = [
  ["abc %", 4, /must follow %; write %%/],
  ["100% of", 3, /must follow %/],
  ["a %REQ(X", 2, /%REQ\( is not closed/],
  ["a %REQ(X)", 2, /is not closed/],
  ["a %PROTOCOL b", 2, /%PROTOCOL is not closed/],
  ["%protocol%", 0, /must follow %/],
  ["ok %PROTOCOL% %NOPE%", 14, /unknown operator %NOPE%/],
  ["%PROTOCOL(x)%", 0, /takes no parameters/],
  ["%REQ%", 0, /needs a parameter/],
  ["%REQ()%", 0, /needs a parameter/],
  ["%PROTOCOL:3%", 0, /cannot be cut with :3/],
  ["%REQ(A):x%", 0, /is not closed/],
  ["%REQ(A?B?C)%", 8, /more than one alternative/],
  ["%REQ(A B)%", 5, /"A B" is not a header name/],
  ["%REQ(A?B C)%", 7, /"B C" is not a header name/],
  ["%REQ(?B)%", 5, /a header name is missing/],
  ["%START_TIME(%Y %Q)%", 15, /unknown time specifier %Q/],
  ["%START_TIME(a%n)%", 13, /cannot contain a line break/],
  ["%EMIT_TIME(%Y%)%", 13, /unknown time specifier %\)|missing/],
  ["%COMMON_DURATION(DS_RX_BEG)%", 17, /takes START:END/],
  ["%COMMON_DURATION(DS_RX_BEG:DS_RX_END:s)%", 37, /is ms, us or ns/],
  ["%PATH(XX)%", 6, /is WQ or NQ/],
  ["%PATH(NQ:XX)%", 9, /is ORIG, PATH or ORIG_OR_PATH/],
  ["%GRPC_STATUS(X)%", 13, /CAMEL_STRING, SNAKE_STRING or NUMBER/],
  ["%REQUESTED_SERVER_NAME(X)%", 23, /SNI_ONLY, SNI_FIRST or HOST_FIRST/],
  ["%REQUESTED_SERVER_NAME(SNI_ONLY:X)%", 32, /ORIG, HOST or ORIG_OR_HOST/],
  ["%UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT(129)%", 37, /mask prefix length/],
  ["%COALESCE(x)%", 10, /takes a JSON object/],
  ['%COALESCE({"operators":[]})%', 10, /list of operators/],
  ['%COALESCE({"operators":["NOPE"]})%', 10, /COALESCE: unknown operator %NOPE%/],
  ['%COALESCE({"operators":[{"command":"REQ","param":"a b"}]})%', 10, /COALESCE: "a b" is not a header name/],
  ['%COALESCE({"operators":[{"command":"REQ","param":"a","max_length":0}]})%', 10, /positive integer/],
  ['%COALESCE({"operators":[7]})%', 10, /name or an object/],
];

for (const [format, offset, reason] of ERRORS) {
  test(`${format} is refused at ${offset}`, () => {
    assert.throws(
      () => parseFormat(format),
      (error) => {
        assert.ok(error instanceof FormatError);
        assert.match(error.reason, reason);
        assert.equal(error.offset, offset);
        assert.ok(error.message.includes(`offset ${offset}`));
        return true;
      },
    );
  });
}

test("parameters end at the first parenthesis that ends an operator", () => {
  const { literals, operators } = parseFormat("%START_TIME((%Y))% (b)%%");
  assert.equal(operators.length, 1);
  assert.deepEqual(literals, ["", " (b)%"]);
});

test("an operator is supported, unsupported or unknown", () => {
  assert.ok(isUnsupportedOperator("TYPED_CEL"));
  assert.ok(!isUnsupportedOperator("DOWNSTREAM_PEER_SUBJECT"));
  assert.ok(!isUnsupportedOperator("PROTOCOL"));
  assert.ok(!isUnsupportedOperator("NOPE"));
  assert.ok(operatorNames().includes("COALESCE"));
  assert.deepEqual(
    operatorNames().filter((name) => UNSUPPORTED_OPERATORS.has(name)),
    [],
  );
});
