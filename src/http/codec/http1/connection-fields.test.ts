import { describe } from "node:test";
import { testAccepted, testRefused } from "./parsed-messages.test.support.js";

function request(...lines: string[]): string {
  return ["GET / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
}

/** The head that is passed on has these fields. */
function keeps(why: string, lines: readonly string[], ...kept: string[]): readonly [string, string, string] {
  return [why, request(...lines), ["GET / HTTP/1.1 to a", ...kept].join(" | ")];
}

describe("fields of one hop (RFC 9110 7.6.1)", () => {
  testAccepted("request", [
    keeps("connection itself", ["Connection: close"]),
    keeps("what connection names", ["X-One: 1", "Connection: x-one, X-TWO", "X-Two: 2", "X-Three: 3"], "x-three: 3"),
    keeps("in several lines", ["Connection: X-One", "X-One: 1", "Connection: close,\tX-Two", "X-Two: 2"]),
    keeps("every field of the name", ["Connection: X", "X: 1", "x: 2"]),
    keeps("empty elements mean nothing (RFC 9110 5.6.1)", ["Connection: , ,X,", "X: 1"]),
    keeps(
      "fields that are for one hop by nature",
      ["Keep-Alive: 5", "Proxy-Connection: x", "HTTP2-Settings: x", "X: 1"],
      "x: 1",
    ),
    keeps("a no-break space is a part of the name", ["Connection: \xa0x", "X: 1"], "x: 1"),
    keeps("9 options", [`Connection: ${"x,".repeat(8)}x`, "X: 1"]),
  ]);

  const protectedNames = [
    "Host",
    "content-length",
    "Via",
    "Forwarded",
    "Date",
    "Content-Type",
    "X-Forwarded-For",
    "x-forwarded-anything",
    ":path",
  ];
  testRefused("request", [
    ...protectedNames.map(
      (name) =>
        [`connection must not name ${name}`, request(`Connection: ${name}`), "invalidConnectionHeader"] as const,
    ),
    ["10 options", request(`Connection: ${"x,".repeat(9)}x`), "invalidConnectionHeader"],
  ]);

  testAccepted("response", [
    [
      "the same in responses",
      "HTTP/1.1 204 X\r\nConnection: X-One\r\nX-One: 1\r\nKeep-Alive: 5\r\nX-Two: 2\r\n\r\n",
      "HTTP/1.1 204 | x-two: 2",
    ],
  ]);
  testRefused("response", [
    ["and what they must not name", "HTTP/1.1 204 X\r\nConnection: content-length\r\n\r\n", "invalidConnectionHeader"],
  ]);
});

describe("connection cannot change the framing (RFC 9112 6.1)", () => {
  testAccepted("request", [
    [
      "the transfer coding holds",
      `${request("Connection: Transfer-Encoding", "Transfer-Encoding: chunked")}2\r\nok\r\n0\r\n\r\n`,
      ["GET / HTTP/1.1 to a", "body ok", "end"],
    ],
  ]);
});

describe("upgrade (RFC 9110 7.8)", () => {
  testAccepted("request", [
    keeps(
      "stays with its option",
      ["Connection: Upgrade", "Upgrade: websocket"],
      "upgrade: websocket",
      "connection: upgrade",
    ),
    keeps(
      "stays among other options",
      ["Connection: keep-alive, Upgrade", "Upgrade: websocket"],
      "upgrade: websocket",
      "connection: upgrade",
    ),
    keeps("HTTP/2 is never asked for", ["Connection: Upgrade", "Upgrade: h2c"]),
    keeps("nothing is asked for", ["Connection: Upgrade", "Upgrade:"]),
    keeps("goes without its option", ["Connection: keep-alive", "Upgrade: websocket"]),
    keeps("goes without any option", ["Upgrade: websocket"]),
    keeps("an option without the field means nothing", ["Connection: Upgrade"]),
    ["goes from HTTP/1.0", "GET / HTTP/1.0\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", "GET / HTTP/1.0 to "],
  ]);
});

describe("te (RFC 9110 10.1.4)", () => {
  testAccepted("request", [
    keeps("trailers stays", ["TE: trailers"], "te: trailers"),
    keeps("alone, whatever stands beside it", ["TE: gzip;q=0.5, Trailers", "Connection: TE"], "te: trailers"),
    keeps("also in a second line", ["TE: gzip", "TE: trailers"], "te: trailers"),
    keeps("everything else goes", ["TE: gzip, deflate"]),
    keeps("an empty one goes", ["TE:"]),
    keeps("what only looks like trailers goes", ["TE: \xa0trailers, trailersx"]),
  ]);
});
