import assert from "node:assert/strict";
import { once } from "node:events";
import net from "node:net";
import { test } from "node:test";
import { NodeDispatcher } from "../event/node-dispatcher.js";
import type { IpAddress } from "./address.js";
import { NodeSocket } from "./node-socket.js";
import { ReadBuffers } from "./read-buffers.js";

/** Sends a text when connected. Resolves to what came back and from whom, or to the error's code. */
function exchange(target: IpAddress, text: string): Promise<string> {
  return new Promise((resolve) => {
    const socket = NodeSocket.connect({ dispatcher: new NodeDispatcher(), readBuffers: new ReadBuffers() }, target);
    let received = "";
    socket.setCallbacks({
      onSocketConnected: () => socket.writeText(text),
      onSocketReadable: (data) => {
        const { remoteAddress } = socket;
        received += data.toString();
        if (received.length === text.length && remoteAddress?.kind === "ip") {
          resolve(`${received} ${remoteAddress.host}`);
          socket.destroy();
        }
      },
      onSocketWritable: () => {},
      onSocketEnd: () => {},
      onSocketClosed: (error) => resolve(error?.code ?? "closed"),
    });
  });
}

test("of several addresses of a host the next is tried when one refuses", async (t) => {
  const server = net.createServer((socket) => void socket.on("data", (data) => socket.write(data)));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const { port } = server.address() as net.AddressInfo;
  const target: IpAddress = { kind: "ip", host: "127.0.0.2", port };
  assert.equal(
    await exchange({ ...target, otherHosts: ["::1", "127.0.0.1"] }, "there and back"),
    "there and back 127.0.0.1",
  );
  assert.equal(await exchange({ ...target, host: "127.0.0.1", otherHosts: ["127.0.0.2"] }, "x"), "x 127.0.0.1");
  assert.equal(await exchange({ ...target, otherHosts: ["127.0.0.3"] }, "x"), "ECONNREFUSED");
  assert.equal(await exchange(target, "x"), "ECONNREFUSED");
  // The kernel says so within the call, as it does of IPv6 on a machine without.
  assert.equal(await exchange({ ...target, host: "255.255.255.255", otherHosts: ["127.0.0.1"] }, "x"), "x 127.0.0.1");
});
