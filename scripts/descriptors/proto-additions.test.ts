import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

/** Plain JavaScript that runs before anything is compiled: it stands beside this test's source, not in dist/. */
const MODULE = pathToFileURL(join(process.cwd(), "scripts", "descriptors", "proto-additions.mjs"));
const { withAdditions } = (await import(MODULE.href)) as { withAdditions(text: string, addition: string): string };

const HEAD = 'syntax = "proto3";\npackage a.b;\n';

/** Without blank lines, which mean nothing. */
function merged(older: string, addition: string): string[] {
  const text = withAdditions(`${HEAD}${older}`, `${HEAD}${addition}`);
  return text.split("\n").filter((line) => line.trim() !== "");
}

test("a field goes into the message that both have, and nowhere else", () => {
  const older = "message M {\n  string a = 1;\n}\nmessage N {\n}";
  assert.deepEqual(merged(older, "message M {\n  string b = 2;\n}").slice(2), [
    "message M {",
    "  string a = 1;",
    "string b = 2;",
    "}",
    "message N {",
    "}",
  ]);
});

test("nested messages, enums and oneofs are added to, new ones taken over with their comments", () => {
  const older = "message M {\nmessage I {\n}\nenum E {\nA = 0;\n}\noneof o {\nstring a = 1;\n}\n}";
  const addition =
    "message M {\nmessage I {\nbool x = 1;\n}\nenum E {\nB = 1;\n}\noneof o {\n// Why.\nstring b = 2;\n}\nmessage J {\n// What.\nbool y = 1;\n}\n}";
  assert.deepEqual(merged(older, addition).slice(2), [
    "message M {",
    "message I {",
    "bool x = 1;",
    "}",
    "enum E {",
    "A = 0;",
    "B = 1;",
    "}",
    "oneof o {",
    "string a = 1;",
    "string b = 2;",
    "}",
    "message J {",
    "// What.",
    "bool y = 1;",
    "}",
    "}",
  ]);
});

test("a field that both have is taken from the addition", () => {
  const older =
    "message M {\n  repeated string a = 1 [(validate.rules).repeated = {\n    min_items: 1\n  }];\n  string b = 2;\n}";
  const addition = "message M {\n  repeated string a = 1 [deprecated = true];\n}";
  assert.deepEqual(merged(older, addition).slice(2), [
    "message M {",
    "  repeated string a = 1 [deprecated = true];",
    "  string b = 2;",
    "}",
  ]);
});

test("imports are added once, behind the package", () => {
  const older = 'import "x.proto";\nmessage M {\n}';
  const lines = merged(older, 'import "x.proto";\nimport "y.proto";\noption java_package = "z";\nmessage M {\n}');
  assert.deepEqual(lines.slice(1, 4), ["package a.b;", 'import "y.proto";', 'import "x.proto";']);
  assert.equal(lines.filter((line) => line.includes("x.proto")).length, 1);
  assert.ok(!lines.some((line) => line.includes("java_package")));
});

test("braces in comments and strings are none", () => {
  const older = '// message M {\n/* } */ message M {\n  option (o) = "}{";\n  // }\n  string a = 1;\n}';
  assert.deepEqual(merged(older, "message M {\n  string b = 2;\n}").slice(-3), [
    "  string a = 1;",
    "string b = 2;",
    "}",
  ]);
});

test("what is no proto file is said", () => {
  assert.throws(() => withAdditions(`${HEAD}message M {`, HEAD), /a } is missing for `message M`/);
  assert.throws(() => withAdditions(HEAD, `${HEAD}}`), /a } too many/);
  assert.throws(() => withAdditions(HEAD, `${HEAD}message M { string a = 1 }`), /without its end/);
  assert.throws(() => withAdditions(`${HEAD}import "x`, HEAD), /a string without its end/);
  assert.throws(() => withAdditions(HEAD, 'syntax = "proto3"; package a.c;'), /of the same package/);
});
