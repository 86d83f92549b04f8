/*
 * node upstream-process.js <port>: an origin that misbehaves on demand. Told by messages of its parent; answers GET
 * requests without a body, which is all that the load sends.
 */
import net from "node:net";
import type { Behaviour } from "./behaviour.js";

const RESPONSE = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const END_OF_HEAD = "\r\n\r\n";

let behaviour: Behaviour = { kind: "serve" };

class Client {
  private readonly socket: net.Socket;
  private received = "";
  private answered = 0;

  constructor(socket: net.Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => this.onData(data.toString("latin1")));
  }

  private onData(text: string): void {
    this.received += text;
    for (let end = this.received.indexOf(END_OF_HEAD); end >= 0; end = this.received.indexOf(END_OF_HEAD)) {
      this.received = this.received.slice(end + END_OF_HEAD.length);
      if (!this.onRequest()) return;
    }
  }

  /** Whether the connection goes on. */
  private onRequest(): boolean {
    switch (behaviour.kind) {
      case "reset":
        this.socket.resetAndDestroy();
        return false;
      case "stall":
        return false;
      case "serve":
        this.socket.write(RESPONSE);
        return true;
      case "closeAfter":
        this.answered++;
        if (this.answered < behaviour.requests) {
          this.socket.write(RESPONSE);
          return true;
        }
        // Without a word of it in the response.
        this.socket.end(RESPONSE);
        return false;
    }
  }
}

const server = net.createServer((socket) => new Client(socket));
server.listen(Number(process.argv[2]), "127.0.0.1");
process.on("message", (message: Behaviour) => {
  behaviour = message;
});
process.on("disconnect", () => process.exit());
