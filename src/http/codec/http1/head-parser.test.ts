import { describe } from "node:test";
import { testAccepted, testRefused } from "./parsed-messages.test.support.js";

/** A request with this start line. */
function started(startLine: string): string {
  return `${startLine}\r\nHost: a\r\n\r\n`;
}

/** A request with these field lines. */
function withFields(...lines: string[]): string {
  return ["GET / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
}

/** A response without a body, with these field lines. */
function response(startLine: string, ...lines: string[]): string {
  return [startLine, "content-length: 0", ...lines, "", ""].join("\r\n");
}

describe("request lines", () => {
  testAccepted("request", [
    ["origin-form (RFC 9112 3.2.1)", started("GET / HTTP/1.1"), "GET / HTTP/1.1 to a"],
    ["any token is a method (RFC 9110 9.1)", started("M-SEARCH!~ / HTTP/1.1"), "M-SEARCH!~ / HTTP/1.1 to a"],
    ["the case of a method counts (RFC 9110 9.1)", started("get / HTTP/1.1"), "get / HTTP/1.1 to a"],
    [
      "a target keeps every byte (RFC 9112 3.2)",
      started("GET /%2F/..;a?b=%zz#\\|\"'<> HTTP/1.1"),
      "GET /%2F/..;a?b=%zz#\\|\"'<> HTTP/1.1 to a",
    ],
    ["HTTP/1.0 (RFC 9112 2.3)", "GET / HTTP/1.0\r\n\r\n", "GET / HTTP/1.0 to "],
    ["a higher minor version is the highest known (RFC 9110 2.5)", started("GET / HTTP/1.9"), "GET / HTTP/1.1 to a"],
    ["one empty line before it (RFC 9112 2.2)", `\r\n${started("GET / HTTP/1.1")}`, "GET / HTTP/1.1 to a"],
    ["8 empty lines", `${"\r\n".repeat(8)}${started("GET / HTTP/1.1")}`, "GET / HTTP/1.1 to a"],
  ]);

  testRefused("request", [
    ["9 empty lines", `${"\r\n".repeat(9)}${started("GET / HTTP/1.1")}`, "tooManyEmptyLines"],
    ["an empty line that is a bare LF (RFC 9112 2.2)", `\n${started("GET / HTTP/1.1")}`, "bareLineFeed"],
    ["an empty line that is a bare CR (RFC 9112 2.2)", `\r${started("GET / HTTP/1.1")}`, "bareCarriageReturn"],
    ["a space before the method (RFC 9112 3)", started(" GET / HTTP/1.1"), "invalidMethod"],
    ["no method (RFC 9112 3.1)", started("/ HTTP/1.1"), "invalidMethod"],
    ["a method that is no token (RFC 9112 3.1)", started("G(T / HTTP/1.1"), "invalidMethod"],
    ["a method with a byte above ASCII (RFC 9112 3.1)", started("G\xc9T / HTTP/1.1"), "invalidMethod"],
    ["a TLS hello (RFC 9112 3)", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n", "invalidMethod"],
    ["a method alone", "GET\r\n\r\n", "invalidMethod"],
    ["a tab after the method (RFC 9112 3)", started("GET\t/ HTTP/1.1"), "invalidMethod"],
    ["two spaces after the method (RFC 9112 3)", started("GET  / HTTP/1.1"), "invalidRequestLine"],
    ["a tab before the version (RFC 9112 3)", started("GET /\tHTTP/1.1"), "invalidRequestLine"],
    ["two spaces before the version (RFC 9112 3)", started("GET /  HTTP/1.1"), "invalidVersion"],
    ["a space in the target (RFC 9112 3.2)", started("GET /a b HTTP/1.1"), "invalidVersion"],
    ["a NUL in the target (RFC 9112 3.2)", started("GET /\0 HTTP/1.1"), "invalidRequestLine"],
    ["DEL in the target (RFC 9112 3.2)", started("GET /\x7f HTTP/1.1"), "invalidRequestLine"],
    ["a byte above ASCII in the target (RFC 9112 3.2)", started("GET /\xe4 HTTP/1.1"), "invalidRequestLine"],
    ["a bare CR in the target (RFC 9112 2.2)", started("GET /\ra HTTP/1.1"), "invalidRequestLine"],
    ["HTTP/0.9 (RFC 9112 3)", "GET /\r\n", "invalidRequestLine"],
    ["a version in lower case (RFC 9112 2.3)", started("GET / http/1.1"), "invalidVersion"],
    ["a version of another protocol", started("GET / ICY/1.1"), "invalidVersion"],
    ["two digits behind the dot (RFC 9112 2.3)", started("GET / HTTP/1.10"), "invalidVersion"],
    ["two digits before the dot (RFC 9112 2.3)", started("GET / HTTP/11.1"), "invalidVersion"],
    ["no minor version (RFC 9112 2.3)", started("GET / HTTP/1"), "invalidVersion"],
    ["a letter for a digit (RFC 9112 2.3)", started("GET / HTTP/x.1"), "invalidVersion"],
    ["a letter for the minor version (RFC 9112 2.3)", started("GET / HTTP/1.x"), "invalidVersion"],
    ["a space after the version (RFC 9112 3)", started("GET / HTTP/1.1 "), "invalidVersion"],
    ["HTTP/2 (RFC 9110 15.6.6)", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "unsupportedVersion"],
    ["HTTP/0.9 that says so (RFC 9110 15.6.6)", started("GET / HTTP/0.9"), "unsupportedVersion"],
    ["a bare LF at its end (RFC 9112 2.2)", "GET / HTTP/1.1\nHost: a\r\n\r\n", "bareLineFeed"],
    ["a bare LF after the target (RFC 9112 2.2)", "GET /\n HTTP/1.1\r\n\r\n", "bareLineFeed"],
    ["a bare CR at its end (RFC 9112 2.2)", "GET / HTTP/1.1\rHost: a\r\n\r\n", "bareCarriageReturn"],
  ]);
});

describe("status lines", () => {
  testAccepted("response", [
    ["with a reason (RFC 9112 4)", response("HTTP/1.1 200 Very OK"), "HTTP/1.1 200 | content-length: 0"],
    ["with an empty reason (RFC 9112 4)", response("HTTP/1.1 200 "), "HTTP/1.1 200 | content-length: 0"],
    ["without the space before the reason", response("HTTP/1.1 200"), "HTTP/1.1 200 | content-length: 0"],
    [
      "with obs-text and tabs in the reason (RFC 9112 4)",
      response("HTTP/1.1 200 \xe4\t"),
      "HTTP/1.1 200 | content-length: 0",
    ],
    ["HTTP/1.0", response("HTTP/1.0 404 Not Found"), "HTTP/1.0 404 | content-length: 0"],
    ["a status nobody knows (RFC 9110 15)", response("HTTP/1.1 799 X"), "HTTP/1.1 799 | content-length: 0"],
  ]);

  testRefused("response", [
    ["two digits (RFC 9112 4)", response("HTTP/1.1 20 OK"), "invalidStatusLine"],
    ["four digits (RFC 9112 4)", response("HTTP/1.1 2000 OK"), "invalidStatusLine"],
    ["letters (RFC 9112 4)", response("HTTP/1.1 2xx OK"), "invalidStatusLine"],
    ["a sign (RFC 9112 4)", response("HTTP/1.1 +20 OK"), "invalidStatusLine"],
    ["below 100 (RFC 9110 15)", response("HTTP/1.1 099 X"), "invalidStatusLine"],
    ["no status", response("HTTP/1.1"), "invalidStatusLine"],
    ["two spaces (RFC 9112 4)", response("HTTP/1.1  200 OK"), "invalidStatusLine"],
    ["a NUL in the reason (RFC 9112 4)", response("HTTP/1.1 200 O\0K"), "invalidStatusLine"],
    ["another protocol", response("ICY 200 OK"), "invalidVersion"],
    ["a banner that is no HTTP", "220 smtp.example.com ready\r\n", "invalidVersion"],
    ["HTTP/2 (RFC 9112 2.3)", response("HTTP/2.0 200 OK"), "unsupportedVersion"],
    ["a bare LF (RFC 9112 2.2)", "HTTP/1.1 200 OK\n\r\n\r\n", "bareLineFeed"],
    ["a bare CR (RFC 9112 2.2)", "HTTP/1.1 200 O\rK\r\n\r\n", "bareCarriageReturn"],
  ]);
});

describe("field lines", () => {
  testAccepted("request", [
    ["names become lower case (RFC 9110 5.1)", withFields("X-A_b: 1"), "GET / HTTP/1.1 to a | x-a_b: 1"],
    ["whitespace around a value goes (RFC 9112 5.1)", withFields("X:\t 1 \t"), "GET / HTTP/1.1 to a | x: 1"],
    ["whitespace inside a value stays (RFC 9110 5.5)", withFields("X: 1 \t2"), "GET / HTTP/1.1 to a | x: 1 \t2"],
    ["no whitespace is needed (RFC 9112 5)", withFields("X:1"), "GET / HTTP/1.1 to a | x: 1"],
    ["a value may be empty (RFC 9110 5.5)", withFields("X:", "Y: \t "), "GET / HTTP/1.1 to a | x:  | y: "],
    ["obs-text passes as it is (RFC 9110 5.5)", withFields("X: \x80\xa0\xff"), "GET / HTTP/1.1 to a | x: \x80\xa0\xff"],
    [
      "repeated fields stay, in order (RFC 9110 5.3)",
      withFields("X: 1", "Y: 2", "x: 3"),
      "GET / HTTP/1.1 to a | x: 1 | y: 2 | x: 3",
    ],
    ["a value with colons", withFields("X: a:b::"), "GET / HTTP/1.1 to a | x: a:b::"],
    [
      "equal lengths become one (RFC 9112 6.3)",
      withFields("Content-Length: 0", "content-length: 0"),
      "GET / HTTP/1.1 to a | content-length: 0",
    ],
  ]);

  testRefused("request", [
    ["a folded line (RFC 9112 5.2)", withFields("X: 1", " 2"), "obsoleteFold"],
    ["a line folded with a tab (RFC 9112 5.2)", withFields("X: 1", "\t2"), "obsoleteFold"],
    ["a folded line without anything (RFC 9112 5.2)", withFields("X: 1", " "), "obsoleteFold"],
    ["whitespace before the first field (RFC 9112 2.2)", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", "spaceBeforeFirstField"],
    ["a space before the colon (RFC 9112 5.1)", withFields("Transfer-Encoding : chunked"), "spaceBeforeColon"],
    ["a tab before the colon (RFC 9112 5.1)", withFields("Content-Length\t: 5"), "spaceBeforeColon"],
    ["no colon (RFC 9112 5)", withFields("X"), "missingColon"],
    ["no name (RFC 9110 5.1)", withFields(": 1"), "invalidName"],
    ["a name that is no token (RFC 9110 5.6.2)", withFields("X(: 1"), "invalidName"],
    ["a NUL in a name (RFC 9110 5.6.2)", withFields("X\0: 1"), "invalidName"],
    ["a byte above ASCII in a name (RFC 9110 5.6.2)", withFields("\xe4: 1"), "invalidName"],
    ["a vertical tab before a name (RFC 9112 5)", withFields("\x0bContent-Length: 5"), "invalidName"],
    ["a NUL in a value (RFC 9110 5.5)", withFields("X: a\0b"), "invalidValue"],
    ["DEL in a value (RFC 9110 5.5)", withFields("X: a\x7f"), "invalidValue"],
    ["a vertical tab in a value (RFC 9110 5.5)", withFields("Transfer-Encoding: \x0bchunked"), "invalidValue"],
    ["a bare LF at the end of a value (RFC 9112 2.2)", withFields("X: 1\nY: 2"), "bareLineFeed"],
    ["a bare LF in a name (RFC 9112 2.2)", withFields("X\n: 1"), "bareLineFeed"],
    ["a bare LF for the empty line (RFC 9112 2.2)", "GET / HTTP/1.1\r\nHost: a\r\n\n", "bareLineFeed"],
    ["a bare CR in a value (RFC 9112 2.2)", withFields("X: a\rY: 2"), "bareCarriageReturn"],
    ["two CRs at the end of a line (RFC 9112 2.2)", withFields("X: a\r"), "bareCarriageReturn"],
    [
      "a bare CR for the empty line (RFC 9112 2.2)",
      "GET / HTTP/1.1\r\nHost: a\r\n\rX: 1\r\n\r\n",
      "bareCarriageReturn",
    ],
    ["two equal hosts (RFC 9112 3.2)", withFields("Host: a"), "repeatedHost"],
    ["two hosts (RFC 9112 3.2)", withFields("host: b"), "repeatedHost"],
  ]);

  testAccepted("response", [
    [
      "whitespace before the colon goes from a response (RFC 9112 5.1)",
      "HTTP/1.1 200 OK\r\nContent-Length \t: 0\r\n\r\n",
      "HTTP/1.1 200 | content-length: 0",
    ],
    [
      "host is nothing special in a response",
      response("HTTP/1.1 200 OK", "Host: a b"),
      "HTTP/1.1 200 | content-length: 0 | host: a b",
    ],
  ]);

  testRefused("response", [
    ["a folded line in a response (RFC 9112 5.2)", response("HTTP/1.1 200 OK", " x"), "obsoleteFold"],
    ["whitespace but no colon in a response (RFC 9112 5)", response("HTTP/1.1 200 OK", "X "), "spaceBeforeColon"],
    ["whitespace for a name in a response (RFC 9112 5)", response("HTTP/1.1 200 OK", " : x"), "obsoleteFold"],
    ["a NUL in a response (RFC 9110 5.5)", response("HTTP/1.1 200 OK", "X: \0"), "invalidValue"],
  ]);
});

describe("headers_with_underscores_action", () => {
  const request = "GET / HTTP/1.1\r\nHost: a\r\nX_A: 1\r\nx-b: 2_2\r\n\r\n";
  testAccepted("request", [["allow", request, "GET / HTTP/1.1 to a | x_a: 1 | x-b: 2_2"]]);
  testAccepted("request", [["drop", request, "GET / HTTP/1.1 to a | x-b: 2_2"]], { underscores: "drop" });
  testRefused("request", [["reject", request, "unexpectedUnderscore"]], { underscores: "reject" });
});

describe("content-length (RFC 9110 8.6, RFC 9112 6.3)", () => {
  const one = "GET / HTTP/1.1 to a | content-length: 1";
  testAccepted("request", [
    ["zeros in front go", `${withFields("Content-Length: 0001")}x`, [one, "body x", "end"]],
    ["the same number twice", `${withFields("Content-Length: 1", "Content-Length: 01")}x`, [one, "body x", "end"]],
    ["15 digits", withFields("Content-Length: 000000000000000"), "GET / HTTP/1.1 to a | content-length: 0"],
  ]);

  const invalid = [
    "",
    "+5",
    "-5",
    "-0",
    "0x5",
    "5 5",
    "5, 5",
    "5,5",
    "5;",
    "5.0",
    "1e1",
    "\xa05",
    "18446744073709551621",
  ];
  testRefused("request", [
    ...invalid.map((value) => [`"${value}"`, withFields(`Content-Length: ${value}`), "invalidContentLength"] as const),
    ["16 digits", withFields("Content-Length: 0000000000000001"), "invalidContentLength"],
    ["two numbers", withFields("Content-Length: 5", "Content-length: 6"), "conflictingContentLength"],
    ["a good and a bad one", withFields("Content-Length: 5", "Content-length: x"), "invalidContentLength"],
  ]);
});
