import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { ClientUnderTest, requestHeaders } from "./client-connection.test.support.js";
import { fieldsOf } from "./server-connection.test.support.js";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
const GET = requestHeaders("GET");

describe("how a request is written (RFC 9112 3, 6)", () => {
  test("without a body", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("GET", "/a?b", "x: 1", "x: 2"));
    assert.equal(client.origin.received, "GET /a?b HTTP/1.1\r\nhost: a\r\nx: 1\r\nx: 2\r\n\r\n");
  });

  test("a method that mostly has a body tells that there is none (RFC 9110 8.6)", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("POST"));
    assert.equal(client.origin.received, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\n\r\n");
  });

  test("with its length", () => {
    const client = new ClientUnderTest();
    const encoder = client.request(requestHeaders("POST", "/", "content-length: 4"), false);
    client.act(() => encoder.encodeData(Buffer.from("ab"), false));
    client.act(() => encoder.encodeData(Buffer.from("cd"), true));
    assert.equal(client.origin.received, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nabcd");
  });

  test("in chunks where the length is unknown, with GET too", () => {
    const client = new ClientUnderTest();
    const encoder = client.request(GET, false);
    client.act(() => encoder.encodeData(Buffer.from("0123456789abcdef"), false));
    client.act(() => encoder.encodeData(Buffer.alloc(0), true));
    assert.ok(client.origin.received.endsWith("transfer-encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n0\r\n\r\n"));
  });

  test("CONNECT asks for its authority (RFC 9112 3.2.3)", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("CONNECT", ""));
    assert.equal(client.origin.received, "CONNECT a HTTP/1.1\r\nhost: a\r\n\r\n");
  });

  for (const [method, path, target] of [
    ["GET", "/b?c", "http://a/b?c"],
    ["OPTIONS", "*", "http://a"],
    ["CONNECT", "", "a"],
  ] as const) {
    test(`${method} in absolute form asks for ${target} (RFC 9112 3.2.2)`, () => {
      const client = new ClientUnderTest({ sendFullyQualifiedUrl: true });
      client.request(requestHeaders(method, path));
      assert.equal(client.origin.received, `${method} ${target} HTTP/1.1\r\nhost: a\r\n\r\n`);
    });
  }

  test("te says that it is for the next hop alone (RFC 9110 10.1.4)", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("GET", "/", "te: trailers"));
    assert.equal(client.origin.received, "GET / HTTP/1.1\r\nhost: a\r\nte: trailers\r\nconnection: te\r\n\r\n");
  });

  for (const enableTrailers of [true, false]) {
    test(`trailers ${enableTrailers ? "pass where they are enabled" : "are dropped elsewhere"} (RFC 9112 7.1.2)`, () => {
      const client = new ClientUnderTest({ enableTrailers });
      const encoder = client.request(requestHeaders("POST"), false);
      client.act(() => encoder.encodeTrailers(fieldsOf("x: 1")));
      assert.ok(client.origin.received.endsWith(enableTrailers ? "\r\n\r\n0\r\nx: 1\r\n\r\n" : "\r\n\r\n0\r\n\r\n"));
    });
  }
});

describe("framing that a filter adds (RFC 9112 6.3)", () => {
  test("is not sent beside ours", () => {
    const client = new ClientUnderTest();
    const fields = ["content-length: 2", "transfer-encoding: chunked", "content-length: 3"];
    const encoder = client.request(requestHeaders("POST", "/", ...fields), false);
    client.act(() => encoder.encodeData(Buffer.from("ok"), true));
    assert.equal(client.origin.received, "POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 2\r\n\r\nok");
  });
});

describe("a body that is not as announced is never complete (RFC 9112 8)", () => {
  const cases: readonly (readonly [why: string, data: string, endStream: boolean])[] = [
    ["longer", "abcde", false],
    ["shorter", "abc", true],
  ];
  for (const [why, data, endStream] of cases) {
    test(why, () => {
      const client = new ClientUnderTest();
      const encoder = client.request(requestHeaders("POST", "/", "content-length: 4"), false);
      client.act(() => encoder.encodeData(Buffer.from(data), endStream));
      assert.deepEqual(client.take(), ["given up", "reset local reset"]);
      assert.ok(client.origin.received.endsWith("content-length: 4\r\n\r\n"));
      assert.equal(client.origin.fate, "closed");
    });
  }

  test("not there at all: the origin would take the next request for it", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("POST", "/", "content-length: 4"));
    assert.deepEqual(client.take(), ["given up", "reset local reset"]);
    assert.equal(client.origin.received, "");
  });

  test("a request that is given up gets no last chunk", () => {
    const client = new ClientUnderTest();
    const encoder = client.request(requestHeaders("POST"), false);
    client.act(() => encoder.encodeData(Buffer.from("ab"), false));
    client.act(() => encoder.resetStream("local reset"));
    assert.deepEqual(client.take(), ["given up"]);
    assert.ok(client.origin.received.endsWith("2\r\nab\r\n"));
    assert.equal(client.origin.fate, "closed");
  });
});

describe("responses", () => {
  const cases: readonly (readonly [why: string, method: string, bytes: string, lines: readonly string[]])[] = [
    ["with a length", "GET", OK, ["200 | content-length: 2", "data ok end", "reusable"]],
    [
      "with a length of 0",
      "GET",
      "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
      ["200 end | content-length: 0", "reusable"],
    ],
    [
      "chunked",
      "GET",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
      ["200", "data ok", "data  end", "reusable"],
    ],
    [
      "HEAD has no body (RFC 9112 6.3)",
      "HEAD",
      "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n",
      ["200 end | content-length: 2", "reusable"],
    ],
    ["204 has no body (RFC 9112 6.3)", "GET", "HTTP/1.1 204 No Content\r\n\r\n", ["204 end", "reusable"]],
    [
      "304 has no body (RFC 9112 6.3)",
      "GET",
      "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\n",
      ["304 end | content-length: 2", "reusable"],
    ],
    [
      "interim responses come first, in order (RFC 9110 15.2)",
      "GET",
      `HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 X\r\nLink: x\r\n\r\n${OK}`,
      ["interim 100", "interim 103 | link: x", "200 | content-length: 2", "data ok end", "reusable"],
    ],
    [
      "that close (RFC 9112 9.6)",
      "GET",
      OK.replace("OK", "OK\r\nConnection: close"),
      ["200 | content-length: 2", "data ok end", "not reusable"],
    ],
    [
      "of HTTP/1.0 (RFC 9112 9.3)",
      "GET",
      OK.replace("1.1", "1.0"),
      ["200 | content-length: 2", "data ok end", "not reusable"],
    ],
    [
      "of HTTP/1.0 with keep-alive (RFC 9112 9.3)",
      "GET",
      OK.replace("1.1 200 OK", "1.0 200 OK\r\nConnection: Keep-Alive"),
      ["200 | content-length: 2", "data ok end", "reusable"],
    ],
    [
      "with more bytes than they have (RFC 9112 6.3)",
      "GET",
      `${OK}x`,
      ["200 | content-length: 2", "data ok end", "not reusable", "protocol error unsolicitedBytes"],
    ],
    [
      "with another response behind (RFC 9112 9.2)",
      "GET",
      OK + OK,
      ["200 | content-length: 2", "data ok end", "not reusable", "protocol error unsolicitedBytes"],
    ],
    [
      "HEAD with a body all the same",
      "HEAD",
      OK,
      ["200 end | content-length: 2", "not reusable", "protocol error unsolicitedBytes"],
    ],
    [
      "204 with a body all the same",
      "GET",
      "HTTP/1.1 204 No Content\r\n\r\nno",
      ["204 end", "not reusable", "protocol error unsolicitedBytes"],
    ],
    [
      "a switch of protocols nobody asked for (RFC 9110 7.8)",
      "GET",
      "HTTP/1.1 101 X\r\n\r\n",
      ["reset protocol error", "protocol error upgradeNotAsked"],
    ],
    ["malformed", "GET", "HTTP/1.1 2xx\r\n\r\n", ["reset protocol error", "protocol error invalidStatusLine"]],
    [
      "malformed in the body",
      "GET",
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nx\r\n",
      ["200", "reset protocol error", "protocol error invalidChunkSize"],
    ],
  ];
  for (const [why, method, bytes, lines] of cases) {
    test(why, () => {
      const client = new ClientUnderTest();
      client.request(requestHeaders(method));
      client.reply(bytes);
      assert.deepEqual(client.take(), lines);
    });
  }

  test("one after the other on the same connection", () => {
    const client = new ClientUnderTest();
    for (let i = 0; i < 3; i++) {
      client.request(GET);
      client.reply(OK);
      assert.deepEqual(client.take(), ["200 | content-length: 2", "data ok end", "reusable"]);
    }
  });

  test("HEAD and GET in turn", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("HEAD"));
    client.reply("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n");
    client.request(GET);
    client.reply(OK);
    assert.deepEqual(client.take().slice(2), ["200 | content-length: 2", "data ok end", "reusable"]);
  });

  test("before the request is complete: the connection is not used again (RFC 9112 9.3)", () => {
    const client = new ClientUnderTest();
    client.request(requestHeaders("POST"), false);
    client.reply(OK);
    assert.deepEqual(client.take(), ["200 | content-length: 2", "data ok end", "not reusable, request cut off"]);
  });

  test("started before the request is complete, ended after it: it is", () => {
    const client = new ClientUnderTest();
    const encoder = client.request(requestHeaders("POST"), false);
    client.reply(OK.slice(0, -1));
    client.act(() => encoder.encodeData(Buffer.alloc(0), true));
    client.reply("k");
    assert.equal(client.take().at(-1), "reusable");
  });

  for (const enableTrailers of [true, false]) {
    test(`trailers ${enableTrailers ? "pass where they are enabled" : "are dropped elsewhere"} (RFC 9112 7.1.2)`, () => {
      const client = new ClientUnderTest({ enableTrailers });
      client.request(GET);
      client.reply("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX: 1\r\nContent-Length: 5\r\n\r\n");
      assert.deepEqual(client.take(), ["200", enableTrailers ? "trailers | x: 1" : "data  end", "reusable"]);
    });
  }
});

describe("content that a response cannot have (RFC 9112 6.3, RFC 9110 8.6)", () => {
  for (const field of ["Content-Length: 5", "Transfer-Encoding: chunked"]) {
    test(`204 with ${field}: the connection is not used again`, () => {
      const client = new ClientUnderTest();
      client.request(GET);
      client.reply(`HTTP/1.1 204 X\r\n${field}\r\n\r\n`);
      const [head = "", ...rest] = client.take();
      assert.match(head, /^204 end/);
      assert.deepEqual(rest, ["not reusable"]);
    });
  }
});

describe("bytes that nobody asked for (RFC 9112 9.2)", () => {
  test("before any request", () => {
    const client = new ClientUnderTest();
    client.reply(OK);
    assert.deepEqual(client.take(), ["protocol error unsolicitedBytes"]);
  });

  test("a server that says why it closes an idle connection (RFC 9110 15.5.9)", () => {
    const client = new ClientUnderTest();
    client.reply("HTTP/1.1 408 Request Timeout\r\nconnection: close\r\n\r\n");
    assert.deepEqual(client.take(), ["protocol error idleTimeout"]);
  });

  test("after a response, on their own: they never reach the next request", () => {
    const client = new ClientUnderTest();
    client.request(GET);
    client.reply(OK);
    client.reply(OK);
    assert.deepEqual(client.take().slice(2), ["reusable", "protocol error unsolicitedBytes"]);
    // The connection is closed, which TCP tells the origin by RST where bytes were still on their way.
    assert.notEqual(client.origin.fate, "open");
  });
});

describe("the end of the connection (RFC 9112 8)", () => {
  const chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  const cutShort: readonly (readonly [where: string, bytes: string, told: readonly string[]])[] = [
    ["before a byte of the response", "", []],
    ["inside the head", "HTTP/1.1 200 OK\r\nConte", []],
    ["after an interim response", "HTTP/1.1 103 X\r\n\r\n", ["interim 103"]],
    ["inside a body with a length", OK.slice(0, -1), ["200 | content-length: 2", "data o"]],
    ["before a body with a length", OK.slice(0, -2), ["200 | content-length: 2"]],
    ["before a chunk", chunkedHead, ["200"]],
    ["inside a chunk's size", `${chunkedHead}2`, ["200"]],
    ["inside a chunk", `${chunkedHead}2\r\no`, ["200", "data o"]],
    ["after a chunk", `${chunkedHead}2\r\nok`, ["200", "data ok"]],
    ["before the last chunk", `${chunkedHead}2\r\nok\r\n`, ["200", "data ok"]],
    ["after the last chunk", `${chunkedHead}2\r\nok\r\n0\r\n`, ["200", "data ok"]],
    ["inside the trailers", `${chunkedHead}0\r\nX: 1\r\n`, ["200"]],
  ];
  for (const [where, bytes, told] of cutShort) {
    test(`FIN ${where} cuts the response short`, () => {
      const client = new ClientUnderTest();
      client.request(GET);
      if (bytes !== "") client.reply(bytes);
      client.fin();
      assert.deepEqual(client.take(), [...told, "reset connection termination"]);
    });
  }

  test("FIN completes a response that lasts until then (RFC 9112 6.3)", () => {
    const client = new ClientUnderTest();
    client.request(GET);
    client.reply("HTTP/1.1 200 OK\r\n\r\nall of ");
    client.reply("it");
    client.fin();
    assert.deepEqual(client.take(), ["200", "data all of ", "data it", "data  end"]);
  });

  test("FIN behind the bytes of such a response, in one go", () => {
    const client = new ClientUnderTest();
    client.request(GET);
    client.origin.send("HTTP/1.1 200 OK\r\n\r\nall");
    client.fin();
    assert.deepEqual(client.take(), ["200", "data all", "data  end"]);
  });

  test("FIN waits behind bytes that are held back", () => {
    const client = new ClientUnderTest();
    const encoder = client.request(GET);
    client.reply("HTTP/1.1 200 OK\r\n\r\none ");
    encoder.readDisable(true);
    client.origin.send("two ");
    client.origin.send("three");
    client.fin();
    assert.deepEqual(client.take(), ["200", "data one "]);
    client.act(() => encoder.readDisable(false));
    assert.equal(client.take().join(""), "data two threedata  end");
  });

  test("RST cuts it short", () => {
    const client = new ClientUnderTest();
    client.request(GET);
    client.reply("HTTP/1.1 200 OK\r\n\r\nnot all");
    client.origin.reset();
    client.dispatcher.runUntilIdle();
    assert.deepEqual(client.take(), ["200", "data not all", "reset connection termination"]);
  });

  test("so does a close from our side", () => {
    const client = new ClientUnderTest();
    client.request(GET);
    client.reply("HTTP/1.1 200 OK\r\n\r\nnot all");
    client.act(() => client.connection.close("noFlush", "test"));
    assert.deepEqual(client.take(), ["200", "data not all", "reset connection termination"]);
  });

  test("between requests nobody is told", () => {
    const client = new ClientUnderTest();
    client.request(GET);
    client.reply(OK);
    client.take();
    client.fin();
    assert.deepEqual(client.take(), []);
  });
});

describe("flow control", () => {
  test("what a stream had stopped goes on when it ends, for the next one", () => {
    const client = new ClientUnderTest();
    const encoder = client.request(GET);
    encoder.readDisable(true);
    encoder.readDisable(true);
    client.act(() => encoder.resetStream("local reset"));
    assert.ok(!client.connection.isReadDisabled);
  });

  test("a stream learns that the connection is backed up, also when it comes later", () => {
    const client = new ClientUnderTest({ bufferLimitBytes: 1024 });
    client.origin.pauseReading();
    const encoder = client.request(requestHeaders("POST"), false);
    client.act(() => encoder.encodeData(Buffer.alloc(1 << 20), true));
    assert.ok(client.connection.isAboveHighWatermark);
    client.take();
    client.reply(OK);
    client.take();
    client.request(GET);
    assert.equal(client.take()[0], "above");
  });
});
