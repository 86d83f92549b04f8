import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fieldOf } from "./http-message.js";
import { RawClient } from "./raw-client.js";
import { ScriptedUpstream } from "./scripted-upstream.js";

/** Short, for the waits that are meant to fail. */
const SOON_MS = 20;

describe("RawClient and ScriptedUpstream", () => {
  test("a scripted exchange, then the same connection again", async (t) => {
    const upstream = await ScriptedUpstream.start(t);
    const client = await RawClient.connect(t, upstream.port);
    const connection = await upstream.accept();

    client.send("POST /a HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody");
    await connection.expectHead("POST /a HTTP/1.1\r\nhost: a\r\n");
    assert.equal(await connection.readBytes(4), "body");
    connection.send("HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal((await client.response()).status, 100);
    connection.send("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    assert.equal((await client.response()).body.toString(), "ok");

    client.send("GET /b HTTP/1.1\r\nhost: a\r\n\r\n");
    const request = await connection.request();
    assert.deepEqual([request.method, request.target, fieldOf(request, "host")], ["GET", "/b", "a"]);
    connection.send("HTTP/1.1 200 OK\r\n\r\nuntil the end");
    connection.end();
    assert.equal((await client.response()).body.toString(), "until the end");
    await client.expectClose();
    assert.deepEqual(
      connection.transcript.map((entry) => `${entry.by}: ${entry.text.split("\r\n")[0]}`),
      [
        "peer: POST /a HTTP/1.1",
        "us: HTTP/1.1 100 Continue",
        "us: HTTP/1.1 200 OK",
        "peer: GET /b HTTP/1.1",
        "us: HTTP/1.1 200 OK",
      ],
    );
  });

  test("an autonomous upstream answers pipelined requests in order", async (t) => {
    const upstream = await ScriptedUpstream.start(t, {
      handler: (request) => `HTTP/1.1 200 OK\r\ncontent-length: ${request.target.length}\r\n\r\n${request.target}`,
    });
    const client = await RawClient.connect(t, upstream.port);
    client.send("GET /one HTTP/1.1\r\n\r\nGET /two HTTP/1.1\r\n\r\n");
    assert.equal((await client.response()).body.toString(), "/one");
    assert.equal((await client.response()).body.toString(), "/two");
    client.end();
    await client.expectClose();
    assert.equal(upstream.connections.length, 1);
  });

  test("a request that is not well-formed fails the test of an autonomous upstream", async (t) => {
    const cleanUps: (() => void | Promise<void>)[] = [];
    const upstream = await ScriptedUpstream.start({ after: (work) => cleanUps.push(work) }, { handler: () => null });
    const client = await RawClient.connect(t, upstream.port);
    client.send("GET / HTTP/1.1\r\nno colon\r\n\r\n");
    await client.expectReset();
    await assert.rejects(async () => Promise.all(cleanUps.map((work) => work())), /not a field line: "no colon"/);
  });

  test("a wait that fails shows what was received", async (t) => {
    const upstream = await ScriptedUpstream.start(t);
    const client = await RawClient.connect(t, upstream.port);
    const connection = await upstream.accept();
    connection.send("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
    await client.readBytes(9);
    await assert.rejects(client.response({}, SOON_MS), /not a status line: "200 OK"/);
    await assert.rejects(
      client.readUntil("never", SOON_MS),
      /client: expected the text "never", but it did not come within 20 ms \(connection: open\)[\s\S]*content-length: 10\\r\\n/,
    );
    await assert.rejects(upstream.accept(SOON_MS), /no further connection within 20 ms; there were 1/);
    connection.end();
    await assert.rejects(client.readBytes(1_000), /expected 1000 bytes, but the connection is (ended|closed)/);
    await assert.rejects(client.expectClose(), /expected nothing more, but there is something/);
    assert.match(await client.readToClose(), /half$/);
  });

  test("close and reset are told apart", async (t) => {
    const upstream = await ScriptedUpstream.start(t);
    const closed = await RawClient.connect(t, upstream.port);
    (await upstream.accept()).close();
    await closed.expectClose();
    const reset = await RawClient.connect(t, upstream.port);
    (await upstream.accept()).reset();
    await reset.expectReset();
    await assert.rejects(reset.expectClose(), /expected a connection that is ended or closed, but .* reset/);
  });

  test("a half-open client goes on sending after FIN came", async (t) => {
    const upstream = await ScriptedUpstream.start(t);
    const client = await RawClient.connect(t, upstream.port, { halfOpen: true });
    const connection = await upstream.accept();
    connection.end();
    await client.expectClose();
    client.send("still here");
    assert.equal(await connection.readBytes(10), "still here");
  });

  test("a connect that is refused rejects", async (t) => {
    const upstream = await ScriptedUpstream.start(t);
    const port = upstream.port;
    upstream.close();
    await assert.rejects(RawClient.connect(t, port), /ECONNREFUSED/);
  });
});
