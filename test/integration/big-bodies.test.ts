import assert from "node:assert/strict";
import { createHash, type Hash } from "node:crypto";
import http from "node:http";
import { type TestContext, test } from "node:test";
import { textOf } from "../support/node-client.js";
import { startNodeOrigin } from "../support/node-origin.js";
import { type ProxyConfigOptions, proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { SluiceProcess } from "../support/sluice-process.js";

const GET = "GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const LOG = "%REQ(:METHOD)% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %BYTES_RECEIVED% %BYTES_SENT%";

function start(t: TestContext, options: ProxyConfigOptions): Promise<SluiceProcess> {
  return SluiceProcess.start(t, proxyConfig({ accessLog: LOG, ...options }));
}

const PIECE = Buffer.alloc(64 * 1024);
for (let i = 0; i < PIECE.length; i++) PIECE[i] = (i * 31 + (i >> 8)) & 0xff;
const PIECES = 512;
const BIG_BYTES = PIECES * PIECE.length;
const BIG_HASH = hashOfBig();

function hashOfBig(): string {
  const hash = createHash("sha256");
  for (let i = 0; i < PIECES; i++) hash.update(PIECE);
  return hash.digest("hex");
}

/** Writes the big body as fast as the other side takes it. */
function sendBig(writable: http.ServerResponse | http.ClientRequest): void {
  let left = PIECES;
  const more = (): void => {
    while (left > 0) {
      left--;
      if (!writable.write(PIECE)) {
        writable.once("drain", more);
        return;
      }
    }
    writable.end();
  };
  more();
}

/** Reads a body so slowly that its sender has to wait: stops after each piece until the loop has come round. */
async function readSlowly(body: http.IncomingMessage): Promise<string> {
  const hash: Hash = createHash("sha256");
  for await (const piece of body) {
    hash.update(piece as Buffer);
    await new Promise((resolve) => setImmediate(resolve));
  }
  return hash.digest("hex");
}

for (const framing of ["content-length", "chunked"] as const) {
  const headers = framing === "chunked" ? {} : { "content-length": BIG_BYTES };

  test(`32 MiB down to a slow reader arrive as they were sent, ${framing}`, async (t) => {
    const origin = await startNodeOrigin(t, (_request, response) => {
      response.writeHead(200, headers);
      sendBig(response);
    });
    const sluice = await start(t, { upstreamPorts: [origin] });
    const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
      http.get({ port: sluice.port, host: "127.0.0.1", agent: false }, resolve).on("error", reject);
    });
    assert.equal(await readSlowly(message), BIG_HASH);
    assert.deepEqual(await sluice.stdout.waitForLines(1), [`GET 200 - via_upstream 0 ${BIG_BYTES}`]);
  });

  test(`32 MiB up to a slow reader arrive as they were sent, ${framing}`, async (t) => {
    const origin = await startNodeOrigin(t, (request, response) => {
      readSlowly(request).then(
        (hash) => response.end(hash),
        () => response.destroy(),
      );
    });
    const sluice = await start(t, { upstreamPorts: [origin] });
    const options = { port: sluice.port, host: "127.0.0.1", method: "POST", agent: false, headers };
    const message = await new Promise<http.IncomingMessage>((resolve, reject) => {
      sendBig(http.request(options, resolve).on("error", reject));
    });
    assert.equal(await textOf(message), BIG_HASH);
    assert.deepEqual(await sluice.stdout.waitForLines(1), [`POST 200 - via_upstream ${BIG_BYTES} 64`]);
  });
}

/** Requests that a client pipelines without reading an answer; all answers together would be a hundred MiB. */
const UNREAD_REQUESTS = 2_500;
const UNREAD_RESPONSE = Buffer.alloc(40 * 1024, "u");

test("a client that pipelines and does not read cannot make the proxy hold all the responses", async (t) => {
  const origin = await startNodeOrigin(t, (_request, response) => response.end(UNREAD_RESPONSE));
  const limits = { per_connection_buffer_limit_bytes: 64 * 1024 };
  const sluice = await start(t, { upstreamPorts: [origin], listener: limits, cluster: limits });
  const client = await RawClient.connect(t, sluice.port);
  client.pauseReading();
  client.send(GET.repeat(UNREAD_REQUESTS));
  const bytes = await whenItStandsStill(sluice, "cluster.upstream.upstream_cx_rx_bytes_total");
  // What the kernel holds between two sockets is a few MiB.
  assert.ok(bytes < 32 * 1024 * 1024, `${bytes} bytes were read of the upstream`);
});

test("nor can it make the proxy parse all its requests, where the proxy answers itself", async (t) => {
  const sluice = await start(t, {});
  const client = await RawClient.connect(t, sluice.port);
  client.pauseReading();
  const requests = "GET /direct HTTP/1.1\r\nhost: a\r\n\r\n".repeat(500_000);
  client.send(requests);
  const bytes = await whenItStandsStill(sluice, "http.main.downstream_cx_rx_bytes_total");
  assert.ok(bytes < requests.length / 2, `${bytes} bytes were read of the client`);
});

/** A counter once it has stopped growing for as long as some dozens of requests to the admin take. */
async function whenItStandsStill(sluice: SluiceProcess, stat: string): Promise<number> {
  for (let before = -1; ; ) {
    const now = (await sluice.stats()).get(stat) ?? 0;
    if (now === before && now > 0) return now;
    before = now;
    for (let i = 0; i < 50; i++) await sluice.admin("/ready");
  }
}
