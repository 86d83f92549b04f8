import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import type { CleanUp } from "../support/clean-up.js";
import { readResponse } from "../support/http-message.js";
import { proxyConfig } from "../support/proxy-config.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";

/*
 * An upstream that has its answer before it has the request, and goes: the kernel turns its close into a RST, since the rest
 * of the upload was never read. The answer lies in front of that RST, and the client must have it, however the proxy's
 * writes and reads fall.
 */

const LOG = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%";
const UPLOADS = 12;
const UPLOAD_BYTES = 4 * 1024 * 1024;
const PIECE = Buffer.alloc(16 * 1024, "x");
const ANSWER = "HTTP/1.1 413 Content Too Large\r\ncontent-length: 3\r\nconnection: close\r\n\r\nbig";

/** Sends as fast as it is taken until something ends it; resolves to all that came back. */
function upload(t: CleanUp, port: number): Promise<Buffer> {
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  t.after(() => {
    socket.destroy();
  });
  const received: Buffer[] = [];
  let left = UPLOAD_BYTES;
  const sendMore = (): void => {
    for (; left > 0 && socket.writable; left -= PIECE.length) if (!socket.write(PIECE)) return;
  };
  socket.on("data", (data: Buffer) => received.push(data));
  socket.on("drain", sendMore);
  socket.on("error", () => {});
  socket.write(`POST /x HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${UPLOAD_BYTES}\r\n\r\n`);
  sendMore();
  return new Promise((resolve) => {
    socket.on("close", () => resolve(Buffer.concat(received)));
  });
}

for (const end of ["close", "reset"] as const) {
  test(`an answer to half an upload, and ${end}: no client loses it`, async (t) => {
    const upstream = await ScriptedUpstream.start(t);
    const sluice = await SluiceProcess.start(t, proxyConfig({ accessLog: LOG, upstreamPorts: [upstream.port] }));
    for (let count = 0; count < UPLOADS; count++) {
      const response = upload(t, sluice.port);
      const connection = await upstream.accept();
      await connection.readUntil("\r\n\r\n");
      connection.pauseReading();
      connection.send(ANSWER);
      connection[end]();
      const message = readResponse(await response, { ended: true });
      assert.deepEqual([message?.status, message?.body.toString()], [413, "big"]);
    }
    const lines = await sluice.stdout.waitForLines(UPLOADS);
    assert.deepEqual(new Set(lines), new Set(["413 - via_upstream"]));
  });
}
