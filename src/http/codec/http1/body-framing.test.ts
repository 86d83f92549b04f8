import { describe } from "node:test";
import { testAccepted, testRefused } from "./parsed-messages.test.support.js";

function request(startLine: string, ...lines: string[]): string {
  return [startLine, "Host: a", ...lines, "", ""].join("\r\n");
}

function response(status: number, ...lines: string[]): string {
  return [`HTTP/1.1 ${status} X`, ...lines, "", ""].join("\r\n");
}

const CHUNKED_BODY = "2\r\nok\r\n0\r\n\r\n";

describe("allow_chunked_length", () => {
  const both = ["Content-Length: 3", "Transfer-Encoding: chunked"];
  testAccepted(
    "request",
    [
      [
        "the coding counts, the length goes (RFC 9112 6.3)",
        request("POST / HTTP/1.1", ...both) + CHUNKED_BODY,
        ["POST / HTTP/1.1 to a", "body ok", "end"],
      ],
    ],
    { allowChunkedLength: true },
  );
  testAccepted(
    "response",
    [["in responses too", response(200, ...both) + CHUNKED_BODY, ["HTTP/1.1 200", "body ok", "end"]]],
    { allowChunkedLength: true },
  );
  testRefused(
    "request",
    [
      [
        "a coding that is not chunked is refused all the same",
        request("POST / HTTP/1.1", "Content-Length: 3", "Transfer-Encoding: gzip"),
        "lengthAndCoding",
      ],
    ],
    { allowChunkedLength: true },
  );
});

describe("requests (RFC 9112 6.3)", () => {
  const post = "POST / HTTP/1.1";
  testAccepted("request", [
    [
      "neither length nor coding: no body",
      `${request(post)}${request("GET /2 HTTP/1.1")}`,
      ["POST / HTTP/1.1 to a", "end", "GET /2 HTTP/1.1 to a", "end"],
    ],
    [
      "a length",
      `${request(post, "Content-Length: 2")}ok`,
      ["POST / HTTP/1.1 to a | content-length: 2", "body ok", "end"],
    ],
    ["a length of 0", request(post, "Content-Length: 0"), "POST / HTTP/1.1 to a | content-length: 0"],
    [
      "chunked",
      `${request(post, "Transfer-Encoding: chunked")}${CHUNKED_BODY}`,
      ["POST / HTTP/1.1 to a", "body ok", "end"],
    ],
    [
      "chunked in capitals (RFC 9112 7)",
      `${request(post, "Transfer-Encoding: CHUNKED")}${CHUNKED_BODY}`,
      ["POST / HTTP/1.1 to a", "body ok", "end"],
    ],
    [
      "GET may have a body",
      `${request("GET / HTTP/1.1", "Content-Length: 2")}ok`,
      ["GET / HTTP/1.1 to a | content-length: 2", "body ok", "end"],
    ],
    ["CONNECT with a length of 0", request("CONNECT a:1 HTTP/1.1", "Content-Length: 0"), "CONNECT  HTTP/1.1 to a:1"],
    [
      "HTTP/1.0 with a length",
      `${request("POST / HTTP/1.0", "Content-Length: 2")}ok`,
      ["POST / HTTP/1.0 to a | content-length: 2", "body ok", "end"],
    ],
  ]);

  const withCoding = (value: string): string => request(post, `Transfer-Encoding: ${value}`);
  testRefused("request", [
    [
      "a length and a coding (RFC 9112 6.1)",
      request(post, "Content-Length: 5", "Transfer-Encoding: chunked"),
      "lengthAndCoding",
    ],
    [
      "a coding and a length (RFC 9112 6.1)",
      request(post, "Transfer-Encoding: chunked", "Content-Length: 5"),
      "lengthAndCoding",
    ],
    [
      "a coding and a length of 0 (RFC 9112 6.1)",
      request(post, "Transfer-Encoding: chunked", "Content-Length: 0"),
      "lengthAndCoding",
    ],
    [
      "a coding in HTTP/1.0 (RFC 9112 6.1)",
      request("POST / HTTP/1.0", "Transfer-Encoding: chunked"),
      "codingNotAllowed",
    ],
    ["an empty coding", withCoding(""), "unknownTransferCoding"],
    ["an unknown coding (RFC 9112 6.1)", withCoding("x"), "unknownTransferCoding"],
    ["a coding that does not tell the end (RFC 9112 6.3)", withCoding("gzip"), "chunkedNotFinal"],
    ["identity, which is none any more (RFC 9112 7)", withCoding("Identity"), "chunkedNotFinal"],
    ["another coding below chunked", withCoding("gzip, chunked"), "unknownTransferCoding"],
    ["almost chunked", withCoding("xchunked"), "unknownTransferCoding"],
    ["chunked with a parameter (RFC 9112 7.1)", withCoding("chunked;q=1"), "unknownTransferCoding"],
    ["chunked in quotes", withCoding('"chunked"'), "unknownTransferCoding"],
    [
      "chunked behind a no-break space, which is no whitespace in HTTP",
      withCoding("\xa0chunked"),
      "unknownTransferCoding",
    ],
    ["chunked behind the byte 0x85", withCoding("\x85chunked"), "unknownTransferCoding"],
    ["chunked behind an empty element", withCoding(", chunked"), "unknownTransferCoding"],
    ["chunked before an empty element", withCoding("chunked,"), "chunkedNotFinal"],
    ["chunked is not last (RFC 9112 6.1)", withCoding("chunked, gzip"), "chunkedNotFinal"],
    ["chunked twice (RFC 9112 6.1)", withCoding("chunked, chunked"), "chunkedNotFinal"],
    [
      "chunked twice, in two lines",
      request(post, "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
      "chunkedNotFinal",
    ],
    [
      "another coding in a second line",
      request(post, "Transfer-Encoding: chunked", "Transfer-encoding: x"),
      "chunkedNotFinal",
    ],
    [
      "another coding in a line before",
      request(post, "Transfer-Encoding: x", "Transfer-encoding: chunked"),
      "unknownTransferCoding",
    ],
    ["CONNECT with a length (RFC 9110 9.3.6)", request("CONNECT a:1 HTTP/1.1", "Content-Length: 5"), "bodyNotAllowed"],
    [
      "CONNECT with a coding (RFC 9110 9.3.6)",
      request("CONNECT a:1 HTTP/1.1", "Transfer-Encoding: chunked"),
      "unknownTransferCoding",
    ],
  ]);
});

describe("responses (RFC 9112 6.3)", () => {
  testAccepted("response", [
    ["a length", `${response(200, "Content-Length: 2")}ok`, ["HTTP/1.1 200 | content-length: 2", "body ok", "end"]],
    ["a length of 0", response(200, "Content-Length: 0"), "HTTP/1.1 200 | content-length: 0"],
    ["chunked", `${response(200, "Transfer-Encoding: chunked")}${CHUNKED_BODY}`, ["HTTP/1.1 200", "body ok", "end"]],
    ["204 has no body, whatever it says", response(204, "Content-Length: 5"), "HTTP/1.1 204 | content-length: 5"],
    ["304 has no body, whatever it says", response(304, "Transfer-Encoding: chunked"), "HTTP/1.1 304"],
    [
      "interim responses come before the response (RFC 9110 15.2)",
      response(100) + response(103, "Link: x") + response(204),
      ["HTTP/1.1 100", "HTTP/1.1 103 | link: x", "HTTP/1.1 204", "end"],
    ],
  ]);
  testAccepted(
    "response",
    [["HEAD is answered without a body", response(200, "Content-Length: 5"), "HTTP/1.1 200 | content-length: 5"]],
    {
      answeredMethod: "HEAD",
    },
  );
  testAccepted(
    "response",
    [
      [
        "CONNECT is answered with a tunnel",
        `${response(200, "Content-Length: 5")}longer than that`,
        ["HTTP/1.1 200 | content-length: 5", "body longer than that", "end"],
      ],
    ],
    { answeredMethod: "CONNECT", answeredUpgrade: "CONNECT", fin: true },
  );
  testAccepted(
    "response",
    [
      [
        "an upgrade is answered with a tunnel",
        "HTTP/1.1 101 X\r\nUpgrade: x\r\n\r\nHTTP/1.1 200 OK\r\n\r\n",
        ["HTTP/1.1 101 | upgrade: x | connection: upgrade", "body HTTP/1.1 200 OK\r\n\r\n", "end"],
      ],
    ],
    { answeredUpgrade: "x", fin: true },
  );
  testAccepted(
    "response",
    [
      [
        "CONNECT that is refused has a body",
        `${response(403, "Content-Length: 2")}no`,
        ["HTTP/1.1 403 | content-length: 2", "body no", "end"],
      ],
    ],
    { answeredMethod: "CONNECT", answeredUpgrade: "CONNECT" },
  );
  testAccepted(
    "response",
    [
      [
        "neither length nor coding: until the connection ends",
        `${response(200)}all of it\r\n\r\n`,
        ["HTTP/1.1 200", "body all of it\r\n\r\n", "end"],
      ],
      [
        "a length that is not reached (RFC 9112 8)",
        `${response(200, "Content-Length: 5")}four`,
        ["HTTP/1.1 200 | content-length: 5", "cut short", "body four"],
      ],
      [
        "a last chunk that is missing (RFC 9112 8)",
        `${response(200, "Transfer-Encoding: chunked")}4\r\nfour\r\n`,
        ["HTTP/1.1 200", "cut short", "body four"],
      ],
      [
        "a last chunk without its end (RFC 9112 8)",
        `${response(200, "Transfer-Encoding: chunked")}0\r\n`,
        ["HTTP/1.1 200", "cut short", "body "],
      ],
      ["half a head (RFC 9112 8)", "HTTP/1.1 200 OK\r\nX: 1\r\n", ["cut short"]],
      ["nothing at all", "", []],
    ],
    { fin: true },
  );

  testRefused("response", [
    [
      "a length and a coding (RFC 9112 6.3)",
      response(200, "Content-Length: 5", "Transfer-Encoding: chunked"),
      "lengthAndCoding",
    ],
    [
      "a coding in HTTP/1.0 (RFC 9112 6.1)",
      "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
      "codingNotAllowed",
    ],
    ["an unknown coding (RFC 9112 6.1)", response(200, "Transfer-Encoding: x"), "unknownTransferCoding"],
    ["a coding that is not chunked (RFC 9112 6.3)", response(200, "Transfer-Encoding: gzip"), "chunkedNotFinal"],
    ["a coding above chunked (RFC 9112 6.3)", response(200, "Transfer-Encoding: chunked, gzip"), "chunkedNotFinal"],
    ["two lengths (RFC 9112 6.3)", response(200, "Content-Length: 5", "Content-Length: 6"), "conflictingContentLength"],
  ]);
});
