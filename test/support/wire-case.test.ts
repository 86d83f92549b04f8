import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseWireCases } from "./wire-case.js";
import { assertWireText, matchesLine } from "./wire-match.js";
import { decodeWireText, WILDCARD } from "./wire-text.js";

describe("decodeWireText", () => {
  test("lines end with CRLF, but not after a lone backslash", () => {
    assert.equal(decodeWireText(["GET / HTTP/1.1", "", "body\\"]), "GET / HTTP/1.1\r\n\r\nbody");
    assert.equal(decodeWireText([]), "");
  });

  test("escapes, and bare line ends with their help", () => {
    assert.equal(decodeWireText(["a\\r\\n\\t\\0\\\\\\x7f\\xE4\\"]), "a\r\n\t\0\\\x7f\xe4");
    assert.equal(decodeWireText(["a: b\\n\\", "c: d"]), "a: b\nc: d\r\n");
  });

  test("repetitions, with escapes in them", () => {
    assert.equal(decodeWireText(["x\\{3*ab}y"]), "xabababy\r\n");
    assert.equal(decodeWireText(["\\{2*a: 1\\r\\n}\\"]), "a: 1\r\na: 1\r\n");
  });

  test("the wildcard is no character that could be sent", () => {
    assert.equal(decodeWireText(["date: \\*"]), `date: ${WILDCARD}\r\n`);
  });

  for (const [line, message] of [
    ["\\q", /unknown escape \\q/],
    ["\\x4", /\\x4 is not \\xNN/],
    ["\\{3ab}", /\\\{count\*text\}/],
    ["\\{3*ab", /closing brace/],
    ["ä", /write "ä" as \\xNN/],
  ] as const) {
    test(`refused: ${line}`, () => {
      assert.throws(() => decodeWireText([line]), message);
    });
  }
});

const EXAMPLE = `# A file

Introduction.

## A case (RFC 9112 9.3)

Prose.

\`\`\`yaml
accept_http_10: true
\`\`\`
\`\`\`client fin
GET / HTTP/1.1

\`\`\`
\`\`\`upstream 2
GET / HTTP/1.1

\`\`\`
\`\`\`reply reset
HTTP/1.1 200 OK
\`\`\`
\`\`\`wait 250 ms
\`\`\`
\`\`\`gets
HTTP/1.1 200 OK
date: \\*
\`\`\`
\`\`\`expect
client: closed
upstream: gone, open
log:
  - 200 - via_upstream
  - 0 DC \\*
\`\`\`
`;

describe("parseWireCases", () => {
  test("a case with all kinds of blocks", () => {
    const [parsed, ...others] = parseWireCases(EXAMPLE, "example.md");
    assert.equal(others.length, 0);
    assert.equal(parsed?.title, "A case (RFC 9112 9.3)");
    assert.equal(parsed.line, 5);
    assert.equal(parsed.settings.acceptHttp10, true);
    assert.deepEqual(parsed.steps, [
      { kind: "client", line: 12, bytes: "GET / HTTP/1.1\r\n\r\n", ending: "fin" },
      { kind: "upstream", line: 16, expected: "GET / HTTP/1.1\r\n\r\n", connection: 2 },
      { kind: "reply", line: 20, bytes: "HTTP/1.1 200 OK\r\n", connection: 2, ending: "reset" },
      { kind: "wait", line: 23, ms: 250 },
      { kind: "gets", line: 25, expected: `HTTP/1.1 200 OK\r\ndate: ${WILDCARD}\r\n` },
    ]);
    assert.deepEqual(parsed.outcome, {
      line: 29,
      client: "closed",
      upstream: "gone, open",
      log: ["200 - via_upstream", `0 DC ${WILDCARD}`],
    });
  });

  test("what is left out has its default", () => {
    const markdown = "## One\n```client\n```\n```upstream\n```\n```expect\nclient: open\nlog: []\n```\n";
    const [parsed] = parseWireCases(markdown, "example.md");
    assert.deepEqual(parsed?.steps[0], { kind: "client", line: 2, bytes: "", ending: "none" });
    assert.deepEqual(parsed?.steps[1], { kind: "upstream", line: 4, expected: "", connection: 1 });
    assert.equal(parsed?.outcome.upstream, null);
    assert.equal(parsed?.settings.acceptHttp10, false);
  });

  const broken = {
    "an unknown block": [/example\.md:1[26]: unknown block "server"/, EXAMPLE.replace("```upstream 2", "```server")],
    "an unknown ending": [/example\.md:12: unknown words rst/, EXAMPLE.replace("client fin", "client rst")],
    "an unknown setting": [/example\.md:9: unknown setting accept/, EXAMPLE.replace("accept_http_10", "accept")],
    "a setting of the wrong kind": [
      /example\.md:9: accept_http_10: expected true or false/,
      EXAMPLE.replace("http_10: true", "http_10: 1"),
    ],
    "an unknown outcome": [
      /example\.md:29: client is open, closed or reset/,
      EXAMPLE.replace(": closed\n", ": shut\n"),
    ],
    "no outcome": [/example\.md:5: a case ends with an expect block/, EXAMPLE.slice(0, EXAMPLE.indexOf("```expect"))],
    "no client": [/example\.md:5: a case begins with a client block/, EXAMPLE.replace("```client fin", "```gets")],
    "a block that is not closed": [/example\.md:29: a block that is not closed/, EXAMPLE.slice(0, -4)],
    "a block before the first case": [/example\.md:1: a block before the first case/, "```client\n```\n"],
    "a wildcard in what is sent": [/example\.md:20: \\\* is for expectations/, EXAMPLE.replace("200 OK", "\\*")],
    "a bad wait": [/example\.md:23: a wait is written/, EXAMPLE.replace("250 ms", "a while")],
    "a bad connection": [
      /example\.md:16: "first" is no connection number/,
      EXAMPLE.replace("upstream 2", "upstream first"),
    ],
  } as const;
  for (const [name, [message, markdown]] of Object.entries(broken)) {
    test(`refused: ${name}`, () => {
      assert.throws(() => parseWireCases(markdown, "example.md"), message);
    });
  }
});

describe("shorthands", () => {
  const section = (...blocks: string[]): string => ["## Title", ...blocks].join("\n");

  test("each block is a case of its own", () => {
    const refused = "```refused 400 http1.codec_error\nGET\n```";
    const [first, second, ...others] = parseWireCases(
      section("```yaml\naccept_http_10: true\n```", refused, refused),
      "x.md",
    );
    assert.equal(others.length, 0);
    assert.deepEqual([first?.title, second?.title], ["Title: 1", "Title: 2"]);
    assert.deepEqual([first?.line, second?.line], [5, 8]);
    assert.equal(second?.settings.acceptHttp10, true);
    assert.deepEqual(first?.steps[0], { kind: "client", line: 5, bytes: "GET\r\n", ending: "none" });
    assert.deepEqual(first?.outcome, {
      line: 5,
      client: "closed",
      upstream: "none",
      log: ["400 DPE http1.codec_error"],
    });
  });

  test("one alone has the title of its section; what no codec refuses has no body and no flag", () => {
    const [only] = parseWireCases(section("```refused 400 missing_host_header\n```"), "x.md");
    assert.equal(only?.title, "Title");
    assert.deepEqual(only.outcome.log, ["400 - missing_host_header"]);
    const [, gets] = only.steps;
    assert.ok(gets?.kind === "gets" && gets.expected.endsWith("connection: close\r\n\r\n"));
  });

  test("a body that is refused, a response that is refused", () => {
    const [cut] = parseWireCases(section("```cut 431 http1.x\n5g\n```"), "x.md");
    assert.deepEqual(
      cut?.steps.map((step) => step.kind),
      ["client", "upstream", "client", "gets", "unfinished"],
    );
    const [head] = parseWireCases(section("```badgateway HEAD\nHTTP/9\n```"), "x.md");
    assert.ok(head?.steps[0]?.kind === "client" && head.steps[0].bytes.startsWith("HEAD / HTTP/1.1\r\n"));
    assert.equal(head.outcome.client, "open");
  });

  for (const [block, message] of [
    ["```refused 400\n```", /x\.md:2: a status and details are expected/],
    ["```refused 200 http1.x\n```", /a status and details are expected/],
    ["```badgateway GET now\n```", /badgateway takes a method at most/],
    ["```refused 400 http1.x\n\\*\n```", /\\\* is for expectations/],
    ["```badgateway\n```\n```expect\n```", /x\.md:4: "expect" does not stand beside shorthands/],
  ] as const) {
    test(`refused: ${JSON.stringify(block)}`, () => {
      assert.throws(() => parseWireCases(section(block), "x.md"), message);
    });
  }
});

describe("assertWireText", () => {
  const check = (actual: string, expected: string): void => assertWireText(actual, expected, "the client got");

  test("equal texts", () => {
    check("", "");
    check("HTTP/1.1 200 OK\r\na: 1\r\n\r\nbody", "HTTP/1.1 200 OK\r\na: 1\r\n\r\nbody");
  });

  test("wildcards stand for something, not for nothing", () => {
    check("HTTP/1.1 200 OK\r\ndate: today\r\n\r\n", `HTTP/1.1 200 OK\r\ndate: ${WILDCARD}\r\n\r\n`);
    assert.throws(() => check("HTTP/1.1 200 OK\r\ndate: \r\n\r\n", `HTTP/1.1 200 OK\r\ndate: ${WILDCARD}\r\n\r\n`));
    assert.throws(() => check("a\r\n", `a\r\ndate: ${WILDCARD}\r\n`));
  });

  test("fields of different names come in any order, those of one name in theirs", () => {
    const one = "HTTP/1.1 200 OK\r\nb: 1\r\na: 1\r\na: 2\r\n\r\nbody";
    check(one, "HTTP/1.1 200 OK\r\na: 1\r\na: 2\r\nb: 1\r\n\r\nbody");
    assert.throws(() => check(one, "HTTP/1.1 200 OK\r\na: 2\r\na: 1\r\nb: 1\r\n\r\nbody"));
    check("POST / HTTP/1.1\r\nb: 1\r\na: 1\r\n\r\n", "POST / HTTP/1.1\r\na: 1\r\nb: 1\r\n\r\n");
  });

  test("a chunked body may be cut anywhere, but must end where it ends", () => {
    const head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
    check(`${head}1\r\na\r\n2\r\nbc\r\n0\r\n\r\n`, `${head}3\r\nabc\r\n0\r\n\r\n`);
    check(`${head}1\r\na\r\n0\r\nx: y\r\n\r\n${head}0\r\n\r\n`, `${head}1\r\na\r\n0\r\nx: y\r\n\r\n${head}0\r\n\r\n`);
    assert.throws(() => check(`${head}3\r\nabc\r\n`, `${head}3\r\nabc\r\n0\r\n\r\n`));
    assert.throws(() => check(`${head}3\r\nabd\r\n0\r\n\r\n`, `${head}3\r\nabc\r\n0\r\n\r\n`));
    assert.throws(() => check(`${head}3;x=y\r\nabc\r\n0\r\n\r\n`, `${head}3\r\nabc\r\n0\r\n\r\n`));
  });

  test("a failure shows what is missing and what is too much", () => {
    const actual = "HTTP/1.1 200 OK\r\na: 1\r\nc: 3\r\ndate: today\r\n\r\n";
    const expected = `HTTP/1.1 200 OK\r\na: 1\r\nb: 2\r\ndate: ${WILDCARD}\r\n\r\n`;
    assert.throws(() => check(actual, expected), {
      message: [
        "the client got",
        "  HTTP/1.1 200 OK\\r\\n",
        "  a: 1\\r\\n",
        "- b: 2\\r\\n",
        "+ c: 3\\r\\n",
        "  date: today\\r\\n",
        "  \\r\\n",
        "  ",
      ].join("\n"),
    });
  });

  test("a single line", () => {
    assert.ok(matchesLine("0 DC downstream_remote_disconnect", `0 DC ${WILDCARD}`));
    assert.ok(!matchesLine("0 DC (x)", "0 DC x"));
  });
});
