import { describe } from "node:test";
import { testAccepted, testRefused } from "./parsed-messages.test.support.js";

const HEAD = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
const HEAD_LINE = "POST / HTTP/1.1 to a";

function chunked(...lines: string[]): string {
  return HEAD + lines.map((line) => `${line}\r\n`).join("");
}

function accepted(why: string, text: string, body: string): readonly [string, string, readonly string[]] {
  return [why, text, [HEAD_LINE, `body ${body}`, "end"]];
}

describe("chunks that are accepted", () => {
  testAccepted("request", [
    accepted("no chunk but the last (RFC 9112 7.1)", chunked("0", ""), ""),
    accepted("one chunk (RFC 9112 7.1)", chunked("5", "hello", "0", ""), "hello"),
    accepted("several (RFC 9112 7.1)", chunked("5", "hello", "1", " ", "5", "world", "0", ""), "hello world"),
    accepted(
      "hexadecimal in either case (RFC 9112 7.1)",
      chunked("a", "0123456789", "B", "0123456789a", "0", ""),
      "01234567890123456789a",
    ),
    accepted("zeros in front (RFC 9112 7.1)", chunked(`${"0".repeat(40)}5`, "hello", "000", ""), "hello"),
    accepted("data that looks like framing", chunked("7", "\r\n0\r\n\r\n", "0", ""), "\r\n0\r\n\r\n"),
    accepted("an extension (RFC 9112 7.1.1)", chunked("5;a=b", "hello", "0;c", ""), "hello"),
    accepted("whitespace around an extension (RFC 9112 7.1.1)", chunked("5 \t; a = b ; c", "hello", "0", ""), "hello"),
    accepted("a quoted value (RFC 9112 7.1.1)", chunked('5;a="b;c"', "hello", "0", ""), "hello"),
    accepted("whitespace around a quoted value", chunked('5; a = "b" ;c', "hello", "0", ""), "hello"),
    accepted("bytes above ASCII in quotes (RFC 9110 5.6.4)", chunked('5;a="\xe4\\\xe4"', "hello", "0", ""), "hello"),
    accepted("a quoted quote (RFC 9110 5.6.4)", chunked('5;a="b\\"c\\\\"', "hello", "0", ""), "hello"),
    accepted("16 KiB of extensions in a message", chunked(`5;${"x".repeat(16_384 - 1)}`, "hello", "0;x", ""), "hello"),
  ]);
});

describe("chunks that are refused", () => {
  const refused = (sizeLine: string, error: string): readonly [string, string, readonly string[]] => [
    JSON.stringify(sizeLine).slice(0, 60),
    chunked(sizeLine),
    [HEAD_LINE, "body ", `error ${error}`],
  ];
  testAccepted("request", [
    refused("", "invalidChunkSize"),
    refused("x", "invalidChunkSize"),
    refused("5x", "invalidChunkSize"),
    refused("0x5", "invalidChunkSize"),
    refused("+5", "invalidChunkSize"),
    refused("-5", "invalidChunkSize"),
    refused(" 5", "invalidChunkSize"),
    refused("5_0", "invalidChunkSize"),
    refused("5.", "invalidChunkSize"),
    refused("5\0", "invalidChunkSize"),
    refused("5\xa0", "invalidChunkSize"),
    refused(";a", "invalidChunkSize"),
    // Only an extension may follow whitespace.
    refused("5 ", "invalidChunkSize"),
    refused("5 5", "invalidChunkSize"),
    refused("10000000000000", "chunkTooLarge"),
    refused("00010000000000000", "chunkTooLarge"),
    refused("0".repeat(16_386), "chunkExtensionTooLarge"),
    refused("fffffffffffffffff1", "chunkTooLarge"),
    refused("5\n", "bareLineFeed"),
    refused("5;a\nb", "bareLineFeed"),
    refused("5;a\n", "bareLineFeed"),
    refused("5\rx", "bareCarriageReturn"),
    refused("5;a\rx", "bareCarriageReturn"),
    refused("5;a\0", "invalidChunkExtension"),
    refused("5;a\x7f", "invalidChunkExtension"),
    refused('5;a="b', "invalidChunkExtension"),
    refused('5;a="b\\', "invalidChunkExtension"),
    refused('5;a="b\\"', "invalidChunkExtension"),
    refused('5;a="b\n"', "bareLineFeed"),
    refused("5;", "invalidChunkExtension"),
    refused("5;;a", "invalidChunkExtension"),
    refused("5;a;", "invalidChunkExtension"),
    refused("5;=b", "invalidChunkExtension"),
    refused("5;a=", "invalidChunkExtension"),
    refused("5;a b", "invalidChunkExtension"),
    refused("5;a ", "invalidChunkExtension"),
    refused("5;a=b c", "invalidChunkExtension"),
    refused("5;a=b=c", "invalidChunkExtension"),
    refused("5;a=b ", "invalidChunkExtension"),
    refused('5;a"b"', "invalidChunkExtension"),
    refused('5;a="b"c', "invalidChunkExtension"),
    refused("5;\xe4=b", "invalidChunkExtension"),
    refused("5;a=\xe4", "invalidChunkExtension"),
    refused(`5;${"x".repeat(16_385)}`, "chunkExtensionTooLarge"),
    refused(`5${" ".repeat(16_385)};`, "chunkExtensionTooLarge"),
    [
      "the limit of extensions is for the message, not for a chunk",
      chunked(`5;${"x".repeat(16_384)}`, "hello", "0;x", ""),
      [HEAD_LINE, "body hello", "error chunkExtensionTooLarge"],
    ],
  ]);
});

describe("what follows the data of a chunk (RFC 9112 7.1)", () => {
  const refused = (why: string, rest: string): readonly [string, string, readonly string[]] => [
    why,
    `${HEAD}5\r\nhello${rest}`,
    [HEAD_LINE, "body hello", "error missingChunkEnd"],
  ];
  testAccepted("request", [
    refused("more data", "o\r\n0\r\n\r\n"),
    refused("the next size", "0\r\n\r\n"),
    refused("a bare LF", "\n0\r\n\r\n"),
    refused("a bare CR", "\r0\r\n\r\n"),
  ]);
});

describe("the trailer section (RFC 9112 7.1.2)", () => {
  const end = (...trailers: string[]): readonly string[] => [HEAD_LINE, "body ", ["end", ...trailers].join(" | ")];
  testAccepted("request", [
    ["fields, in order", chunked("0", "X-Sum: 1", "X-Sum:2", ""), end("x-sum: 1", "x-sum: 2")],
    [
      "fields that belong to the head are dropped (RFC 9110 6.5.1)",
      chunked("0", "Content-Length: 5", "X: 1", "Host: b", "Transfer-Encoding: chunked", "Authorization: x", ""),
      end("x: 1"),
    ],
    ["nothing is left", chunked("0", "Content-Length: x", ""), end()],
    [
      "what connection names goes too (RFC 9110 7.6.1)",
      "POST / HTTP/1.1\r\nHost: a\r\nConnection: X-One\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-One: 1\r\nX-Two: 2\r\n\r\n",
      end("x-two: 2"),
    ],
    [
      "the next request stands behind it",
      `${chunked("0", "X: 1", "")}GET /2 HTTP/1.1\r\nHost: b\r\n\r\n`,
      [...end("x: 1"), "GET /2 HTTP/1.1 to b", "end"],
    ],
  ]);

  const refused = (why: string, lines: string, error: string): readonly [string, string, readonly string[]] => [
    why,
    `${HEAD}0\r\n${lines}\r\n`,
    [HEAD_LINE, "body ", `error ${error}`],
  ];
  testAccepted(
    "request",
    [
      refused("no colon", "X\r\n", "missingColon"),
      refused("a space before the colon", "X : 1\r\n", "spaceBeforeColon"),
      refused("a space first", " X: 1\r\n", "spaceBeforeFirstField"),
      refused("a folded line", "X: 1\r\n 2\r\n", "obsoleteFold"),
      refused("a bare LF", "X: 1\n", "bareLineFeed"),
      refused("a bare CR", "X: 1\rY: 2\r\n", "bareCarriageReturn"),
      refused("a bare CR for the last line", "\rx\r\n", "bareCarriageReturn"),
      refused("a NUL", "X: \0\r\n", "invalidValue"),
      refused("another request", "GET / HTTP/1.1\r\n", "spaceBeforeColon"),
      refused("too many fields", "X: 1\r\n".repeat(4), "tooManyFields"),
    ],
    { maxFields: 3 },
  );
  testRefused("response", [
    ["a space before the colon in a response without a head", "X : 1\r\n\r\n", "invalidVersion"],
  ]);
});
