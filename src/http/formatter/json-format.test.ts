import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonLogFormat } from "../../stream-info/access-log-config.js";
import { FormatError } from "./format-error.js";
import { JsonFormat } from "./json-format.js";
import { bareContext, finishedContext, TEST_HOST } from "./log-context.test.support.js";

function line(template: JsonLogFormat, context = finishedContext(), omitEmptyValues = false): string {
  return new JsonFormat(template, omitEmptyValues, TEST_HOST).formatText(context);
}

test("a value that is one operator keeps its type, mixed text is a string", () => {
  const template = {
    code: "%RESPONSE_CODE%",
    took: "%DURATION%ms",
    host: "%UPSTREAM_HOST%",
    port: "%UPSTREAM_LOCAL_PORT%",
    sni: "%REQUESTED_SERVER_NAME%",
    grpc: "%GRPC_STATUS_NUMBER%",
  };
  assert.equal(
    line(template),
    '{"code":204,"took":"226ms","host":"10.0.2.1:80","port":51000,"sni":null,"grpc":null}\n',
  );
});

test("objects, lists and constants nest, and keys keep their order", () => {
  const template = {
    z: { b: ["%PROTOCOL%", { c: "%BYTES_SENT%" }], a: 1.5 },
    y: true,
    x: null,
    w: "100%%",
    v: {},
    u: [],
  };
  assert.equal(
    line(template),
    '{"z":{"b":["HTTP/1.1",{"c":12}],"a":1.5},"y":true,"x":null,"w":"100%","v":{},"u":[]}\n',
  );
});

test("missing values are null, and - within text", () => {
  assert.equal(
    line({ a: "%ROUTE_NAME%", b: "r:%ROUTE_NAME%", c: ["%ROUTE_NAME%"], d: "%RESPONSE_FLAGS%" }, bareContext()),
    '{"a":null,"b":"r:-","c":[null],"d":"-"}\n',
  );
});

test("missing values are left out when empty ones are omitted", () => {
  const template = { a: "%ROUTE_NAME%", b: "r:%ROUTE_NAME%", c: ["%ROUTE_NAME%", "x"], d: { e: "%ROUTE_NAME%" } };
  assert.equal(line(template, bareContext(), true), '{"b":"r:","c":["x"],"d":{}}\n');
});

test("values and keys are escaped", () => {
  const context = bareContext();
  context.requestHeaders.add("a", 'say "hi" \\ \t');
  assert.equal(line({ 'k"é': "%REQ(A)%" }, context), '{"k\\"\xc3\xa9":"say \\"hi\\" \\\\ \\t"}\n');
});

test("UTF-8 passes, other bytes are escaped: the line is always valid JSON", () => {
  const context = bareContext();
  context.requestHeaders.add("good", "\xc3\xa9");
  context.requestHeaders.add("bad", "\xe9!");
  const text = line({ good: "%REQ(GOOD)%", bad: "%REQ(BAD)%" }, context);
  assert.equal(text, '{"good":"\xc3\xa9","bad":"\\u00e9!"}\n');
  assert.deepEqual(JSON.parse(Buffer.from(text, "latin1").toString("utf8")), { good: "é", bad: "é!" });
});

test("an error names the string of the template", () => {
  assert.throws(
    () => line({ a: { b: ["ok", "x %NOPE%"] } }),
    (error) => {
      assert.ok(error instanceof FormatError);
      assert.equal(error.path, "a.b[1]");
      assert.equal(error.offset, 2);
      return true;
    },
  );
});

test("a template names the operators that never have a value", () => {
  const format = new JsonFormat({ a: "%CEL(a)%", b: ["x %SECRET(b)%"] }, false, TEST_HOST);
  assert.deepEqual(format.unsupported, ["CEL(a)", "SECRET(b)"]);
  assert.equal(format.formatText(bareContext()), '{"a":null,"b":["x -"]}\n');
});
