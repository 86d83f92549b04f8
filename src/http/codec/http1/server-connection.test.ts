import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fieldsOf, type RecordedRequest, responseHeaders, ServerUnderTest } from "./server-connection.test.support.js";

const GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

function get(path: string, ...lines: string[]): string {
  return [`GET ${path} HTTP/1.1`, "Host: a", ...lines, "", ""].join("\r\n");
}

function post(...lines: string[]): string {
  return ["POST / HTTP/1.1", "Host: a", ...lines, "", ""].join("\r\n");
}

function respondWithPath(request: RecordedRequest): void {
  request.respond(200, (request.lines[0] as string).split(" ")[1] as string);
}

describe("one request after the other (RFC 9112 9.3)", () => {
  test("the connection stays, and each request is told whole", () => {
    const server = new ServerUnderTest();
    server.send(GET);
    assert.deepEqual(server.request(0).lines, ["GET / end"]);
    server.act(() => server.request(0).respond(200, "ok"));
    assert.equal(server.received(), "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    server.send(`${post("Content-Length: 5")}hello`);
    assert.deepEqual(server.request(1).lines, ["POST /", "data hello end"]);
    server.act(() => server.request(1).respond(204, ""));
    assert.equal(server.received(), "HTTP/1.1 204 No Content\r\n\r\n");
    assert.equal(server.completed, 2);
    assert.equal(server.client.fate, "open");
  });

  test("a pipelined request waits until the one before is answered (RFC 9112 9.3.2)", () => {
    const server = new ServerUnderTest();
    server.send(get("/1") + get("/2") + get("/3"));
    assert.equal(server.requests.length, 1);
    server.act(() => server.request(0).respond(200, "1"));
    assert.equal(server.requests.length, 2);
    assert.deepEqual(server.request(1).lines, ["GET /2 end"]);
    server.act(() => server.request(1).respond(200, "2"));
    server.act(() => server.request(2).respond(200, "3"));
    assert.deepEqual(server.received().match(/(?<=\r\n\r\n)\d/g), ["1", "2", "3"]);
  });

  test("a pipelining client gets 16 answers, then others have their turn", () => {
    const server = new ServerUnderTest({ onRequest: respondWithPath });
    const paths = Array.from({ length: 40 }, (_, i) => `/${i}`);
    server.send(paths.map((path) => get(path)).join(""));
    assert.deepEqual(server.received().match(/(?<=\r\n\r\n)\/\d+/g), paths);
    const perEvent = new Map<number, number>();
    for (const { readEvent } of server.requests) perEvent.set(readEvent, (perEvent.get(readEvent) ?? 0) + 1);
    assert.deepEqual([...perEvent.values()], [16, 16, 8]);
  });

  test("after exactly 16 requests the next one is served as any other", () => {
    const server = new ServerUnderTest({ onRequest: respondWithPath });
    server.send(get("/x").repeat(16));
    server.send(get("/last"));
    assert.equal(server.requests.length, 17);
    assert.match(server.received(), /\/last$/);
  });

  test("what a stream had stopped goes on when it ends", () => {
    const server = new ServerUnderTest();
    server.send(GET);
    const first = server.request(0);
    first.encoder.readDisable(true);
    server.act(() => first.respond(200, ""));
    server.send(GET);
    assert.equal(server.requests.length, 2, "a request must not wait for a stream that is over");
    first.encoder.readDisable(false);
    assert.ok(server.connection.isReadDisabled, "the second request is complete, the third must wait for its answer");
  });

  test("a stream stops and continues its own body", () => {
    const server = new ServerUnderTest({ onRequest: (request) => request.encoder.readDisable(true) });
    server.send(post("Content-Length: 5"));
    server.send("hello");
    assert.deepEqual(server.request(0).lines, ["POST /"]);
    server.act(() => server.request(0).encoder.readDisable(false));
    assert.deepEqual(server.request(0).lines, ["POST /", "data hello end"]);
  });
});

describe("how a response is framed (RFC 9112 6.3)", () => {
  const cases: readonly (readonly [
    why: string,
    request: string,
    answer: (request: RecordedRequest) => void,
    bytes: string,
    fate: string,
  ])[] = [
    [
      "with its length",
      GET,
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, "content-length: 4"), false);
        encoder.encodeData(Buffer.from("ab"), false);
        encoder.encodeData(Buffer.from("cd"), true);
      },
      "HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nabcd",
      "open",
    ],
    [
      "in chunks where the length is unknown",
      GET,
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200), false);
        encoder.encodeData(Buffer.from("ab"), false);
        encoder.encodeData(Buffer.alloc(0), false);
        encoder.encodeData(Buffer.from("c".repeat(16)), true);
      },
      `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n10\r\n${"c".repeat(16)}\r\n0\r\n\r\n`,
      "open",
    ],
    [
      "with a length of 0 where nothing follows (RFC 9110 8.6)",
      GET,
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200), true);
      },
      "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
      "open",
    ],
    [
      "HEAD: the length of what GET would get, and no body (RFC 9110 9.3.2)",
      "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, "content-length: 5"), false);
        encoder.encodeData(Buffer.from("hello"), true);
      },
      "HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n",
      "open",
    ],
    [
      "HEAD without a length says none",
      "HEAD / HTTP/1.1\r\nHost: a\r\n\r\n",
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200), true);
      },
      "HTTP/1.1 200 OK\r\n\r\n",
      "open",
    ],
    [
      "204 without length (RFC 9110 8.6)",
      GET,
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(204, "content-length: 5"), true);
      },
      "HTTP/1.1 204 No Content\r\n\r\n",
      "open",
    ],
    [
      "304 keeps the length (RFC 9110 15.4.5)",
      GET,
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(304, "content-length: 5"), true);
      },
      "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
      "open",
    ],
    [
      "interim responses, then the response (RFC 9110 15.2)",
      GET,
      (request) => {
        request.encoder.encode1xxHeaders(responseHeaders(103, "link: x", "content-length: 1"));
        request.encoder.encode1xxHeaders(responseHeaders(103));
        request.respond(200, "");
      },
      "HTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
      "open",
    ],
    [
      "HTTP/1.0 gets no chunks: until the connection ends (RFC 9112 6.1)",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200), false);
        encoder.encodeData(Buffer.from("all"), true);
      },
      "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nall",
      "closed",
    ],
    [
      "HTTP/1.0 gets no interim response (RFC 9110 15.2)",
      "GET / HTTP/1.0\r\n\r\n",
      (request) => {
        request.encoder.encode1xxHeaders(responseHeaders(103));
        request.respond(200, "");
      },
      "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
      "closed",
    ],
    [
      "HTTP/1.0 with keep-alive stays (RFC 9112 9.3)",
      "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n",
      (request) => {
        request.respond(200, "ok");
      },
      "HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: keep-alive\r\n\r\nok",
      "open",
    ],
    [
      "a status nobody knows",
      GET,
      (request) => request.respond(799, ""),
      "HTTP/1.1 799 \r\ncontent-length: 0\r\n\r\n",
      "open",
    ],
  ];
  for (const [why, request, answer, bytes, fate] of cases) {
    test(why, () => {
      const server = new ServerUnderTest({ onRequest: answer });
      server.send(request);
      assert.equal(server.received(), bytes);
      assert.equal(server.client.fate, fate);
      assert.equal(server.completed, 1);
    });
  }
});

test("fields for one hop that a filter adds do not go out (RFC 9110 7.6.1)", () => {
  const fields = ["connection: keep-alive", "keep-alive: timeout=5", "proxy-connection: close", "x-keepalive: 1"];
  const server = new ServerUnderTest({
    onRequest: ({ encoder }) => encoder.encodeHeaders(responseHeaders(204, ...fields), true),
  });
  server.send(GET);
  assert.equal(server.received(), "HTTP/1.1 204 No Content\r\nx-keepalive: 1\r\n\r\n");
});

describe("framing that a filter adds (RFC 9112 6.3)", () => {
  test("is not sent beside ours", () => {
    const fields = ["content-length: 2", "transfer-encoding: chunked", "content-length: 3"];
    const server = new ServerUnderTest({
      onRequest: ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, ...fields), false);
        encoder.encodeData(Buffer.from("ok"), true);
      },
    });
    server.send(GET);
    assert.equal(server.received(), "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  });

  test("in chunks there is one coding", () => {
    const server = new ServerUnderTest({
      onRequest: ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, "transfer-encoding: gzip"), false);
        encoder.encodeData(Buffer.from("ok"), true);
      },
    });
    server.send(GET);
    assert.equal(server.received(), "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
  });
});

describe("a body that is not as announced is never complete (RFC 9112 8)", () => {
  const cases: readonly (readonly [why: string, answer: (request: RecordedRequest) => void, body: string])[] = [
    [
      "longer",
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, "content-length: 4"), false);
        encoder.encodeData(Buffer.from("ab"), false);
        encoder.encodeData(Buffer.from("cde"), true);
      },
      "ab",
    ],
    [
      "shorter",
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, "content-length: 4"), false);
        encoder.encodeData(Buffer.from("abc"), true);
      },
      "abc",
    ],
    ["not there at all", ({ encoder }) => encoder.encodeHeaders(responseHeaders(200, "content-length: 4"), true), ""],
    [
      "announced with what is no number",
      ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200, "content-length: x"), false);
        encoder.encodeData(Buffer.alloc(0), true);
      },
      "",
    ],
  ];
  for (const [why, answer, body] of cases) {
    test(why, () => {
      const server = new ServerUnderTest({ onRequest: answer });
      server.send(GET);
      assert.equal(server.request(0).lines.at(-1), "reset local reset");
      assert.ok(server.received().endsWith(`\r\n\r\n${body}`));
      assert.equal(server.client.fate, "closed");
      assert.equal(server.completed, 0);
    });
  }

  test("chunks get no last chunk when the stream is reset", () => {
    const server = new ServerUnderTest({
      onRequest: ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200), false);
        encoder.encodeData(Buffer.from("ab"), false);
      },
    });
    server.send(GET);
    server.act(() => server.request(0).encoder.resetStream("local reset"));
    assert.ok(server.received().endsWith("2\r\nab\r\n"));
    assert.equal(server.client.fate, "closed");
  });

  test("a body that lasts until the close ends with RST when the stream is reset", () => {
    const server = new ServerUnderTest({
      onRequest: ({ encoder }) => {
        encoder.encodeHeaders(responseHeaders(200), false);
        encoder.encodeData(Buffer.from("ab"), false);
      },
    });
    server.send("GET / HTTP/1.0\r\n\r\n");
    server.act(() => server.request(0).encoder.resetStream("local reset"));
    assert.equal(server.client.fate, "reset");
  });
});

describe("the end of the connection (RFC 9112 9.6)", () => {
  test("a client that wants to close is told so, and what it sends behind is not served", () => {
    const server = new ServerUnderTest({ onRequest: (request) => request.respond(200, "") });
    server.send(get("/1", "Connection: close") + get("/2"));
    assert.equal(server.requests.length, 1);
    assert.equal(server.received(), "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    assert.equal(server.client.fate, "closed");
  });

  test("an answer before the request is complete closes, but lets the client read it while it still sends", () => {
    const server = new ServerUnderTest({ onRequest: (request) => request.respond(413, "too much") });
    server.client.closesOnEnd = false;
    server.send(post("Content-Length: 100"));
    assert.match(server.received(), /^HTTP\/1.1 413 .*connection: close\r\n\r\ntoo much$/s);
    server.send("x".repeat(50));
    server.send(`${"x".repeat(50)}${GET}`);
    assert.equal(server.client.fate, "ended", "FIN and no RST");
    assert.equal(server.requests.length, 1, "nothing of what follows is a request");
    assert.deepEqual(server.request(0).lines, ["POST /"]);
    server.dispatcher.runFor(2_000);
    server.send("x");
    assert.equal(server.client.fate, "reset", "the patience has an end");
  });

  test("after goAway the next answer is the last", () => {
    const server = new ServerUnderTest({ onRequest: (request) => request.respond(200, "") });
    server.send(GET);
    server.codec.goAway();
    server.send(GET + GET);
    assert.equal(server.requests.length, 2);
    assert.match(server.received(), /\r\nconnection: close\r\n\r\n$/);
    assert.equal(server.client.fate, "closed");
  });

  test("a client that leaves ends its request", () => {
    const server = new ServerUnderTest();
    server.send(post("Content-Length: 5"));
    server.send("hel");
    server.client.close();
    server.dispatcher.runUntilIdle();
    assert.deepEqual(server.request(0).lines, ["POST /", "data hel", "reset connection termination"]);
  });

  test("a client that leaves between requests ends nothing", () => {
    const server = new ServerUnderTest({ onRequest: (request) => request.respond(200, "") });
    server.send(GET);
    server.client.close();
    server.dispatcher.runUntilIdle();
    assert.deepEqual(server.request(0).lines, ["GET / end"]);
  });

  test("a stream that was reset is told nothing more", () => {
    const server = new ServerUnderTest();
    server.send(post("Content-Length: 5"));
    server.act(() => {
      server.request(0).encoder.resetStream("local reset");
      server.request(0).encoder.resetStream("local reset");
    });
    assert.deepEqual(server.request(0).lines, ["POST /"]);
    assert.equal(server.client.fate, "closed");
  });
});

describe("malformed requests", () => {
  test("a head that cannot be read becomes a stream that is answered, and the last one", () => {
    const server = new ServerUnderTest();
    server.send(`GET\r\n\r\n${GET}`);
    assert.deepEqual(server.request(0).lines, ["error invalidMethod"]);
    assert.equal(server.requests.length, 1);
    assert.match(server.received(), /^HTTP\/1.1 400 .*\r\nconnection: close\r\n\r\nrefused$/s);
    assert.equal(server.client.fate, "closed");
  });

  test("what connection must not name is refused in the same way (RFC 9110 7.6.1)", () => {
    const server = new ServerUnderTest();
    server.send(get("/", "Connection: host"));
    assert.deepEqual(server.request(0).lines, ["error invalidConnectionHeader"]);
  });

  test("behind a good request it is answered in its turn", () => {
    const server = new ServerUnderTest();
    server.send(`${GET}GET\r\n\r\n`);
    assert.equal(server.requests.length, 1);
    server.act(() => server.request(0).respond(200, "good"));
    assert.deepEqual(server.request(1).lines, ["error invalidMethod"]);
    assert.match(server.received(), /good.*refused$/s);
  });

  test("a malformed body is told to its own stream", () => {
    const server = new ServerUnderTest();
    server.send(`${post("Transfer-Encoding: chunked")}2\r\nok\r\nx\r\n`);
    assert.deepEqual(server.request(0).lines, ["POST /", "data ok", "error invalidChunkSize"]);
    assert.match(server.received(), /^HTTP\/1.1 400 /);
  });

  test("a head that takes too long is answered, and nothing follows", () => {
    const server = new ServerUnderTest();
    server.send("GET / HTT");
    server.act(() => server.codec.onRequestHeadersTimeout());
    server.send("P/1.1\r\nHost: a\r\n\r\n");
    assert.deepEqual(
      server.requests.map(({ lines }) => lines),
      [["headers timeout"]],
    );
    assert.match(server.received(), /^HTTP\/1.1 408 .*connection: close/s);
  });
});

describe("trailers (RFC 9112 7.1.2)", () => {
  const request = `${post("Transfer-Encoding: chunked")}2\r\nok\r\n0\r\nX: 1\r\nHost: b\r\n\r\n`;
  const answer = ({ encoder }: RecordedRequest): void => {
    encoder.encodeHeaders(responseHeaders(200), false);
    encoder.encodeData(Buffer.from("ab"), false);
    encoder.encodeTrailers(fieldsOf("y: 2"));
  };

  test("pass both ways where they are enabled", () => {
    const server = new ServerUnderTest({ enableTrailers: true });
    server.send(request);
    assert.deepEqual(server.request(0).lines, ["POST /", "data ok", "trailers | x: 1"]);
    server.act(() => answer(server.request(0)));
    assert.ok(server.received().endsWith("2\r\nab\r\n0\r\ny: 2\r\n\r\n"));
  });

  test("are dropped both ways elsewhere", () => {
    const server = new ServerUnderTest();
    server.send(request);
    assert.deepEqual(server.request(0).lines, ["POST /", "data ok", "data  end"]);
    server.act(() => answer(server.request(0)));
    assert.ok(server.received().endsWith("2\r\nab\r\n0\r\n\r\n"));
  });

  test("are dropped where the response has no chunks", () => {
    const server = new ServerUnderTest({ enableTrailers: true });
    server.send(GET);
    server.act(() => {
      const { encoder } = server.request(0);
      encoder.encodeHeaders(responseHeaders(200, "content-length: 2"), false);
      encoder.encodeData(Buffer.from("ab"), false);
      encoder.encodeTrailers(fieldsOf("y: 2"));
    });
    assert.ok(server.received().endsWith("\r\n\r\nab"));
    assert.equal(server.client.fate, "open");
  });
});

describe("a slow client", () => {
  test("its backlog is told to the stream that makes it", () => {
    const server = new ServerUnderTest({ bufferLimitBytes: 1024 });
    server.client.pauseReading();
    server.send(GET);
    server.act(() => {
      const { encoder } = server.request(0);
      encoder.encodeHeaders(responseHeaders(200), false);
      encoder.encodeData(Buffer.alloc(1 << 20), false);
    });
    assert.deepEqual(server.request(0).lines, ["GET / end", "above"]);
    server.client.resumeReading();
    server.dispatcher.runUntilIdle();
    assert.deepEqual(server.request(0).lines, ["GET / end", "above", "below"]);
  });

  test("its next request waits until it has taken the answer", () => {
    const server = new ServerUnderTest({ bufferLimitBytes: 1024 });
    server.client.pauseReading();
    server.send(GET);
    server.act(() => server.request(0).respond(200, "x".repeat(1 << 20)));
    server.send(GET);
    // The backlog shows when the answer is flushed, and by then one more request may come in; the one after waits.
    server.act(() => server.request(1).respond(200, "x".repeat(1 << 20)));
    server.send(GET);
    assert.equal(server.requests.length, 2);
    server.client.resumeReading();
    server.dispatcher.runUntilIdle();
    assert.equal(server.requests.length, 3);
    assert.ok(!server.request(2).lines.includes("above"));
  });
});
