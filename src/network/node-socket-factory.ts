import type net from "node:net";
import type { Address } from "./address.js";
import { NodeSocket, type NodeSocketContext } from "./node-socket.js";
import type { AcceptCallbacks, ConnectOptions, ListenSocket, SocketFactory, StreamSocket } from "./stream-socket.js";

/** Connects through the operating system. */
export class NodeSocketFactory implements SocketFactory {
  private readonly context: NodeSocketContext;

  constructor(context: NodeSocketContext) {
    this.context = context;
  }

  connect(address: Address, options?: ConnectOptions): StreamSocket {
    return NodeSocket.connect(this.context, address, options);
  }
}

/** A listening socket of the operating system that hands accepted connections to one worker. */
export class NodeListenSocket implements ListenSocket {
  private readonly server: net.Server;
  private readonly address: Address;

  /** @param server listening already, created with `pauseOnConnect` and `allowHalfOpen`. */
  constructor(server: net.Server, address: Address, context: NodeSocketContext, callbacks: AcceptCallbacks) {
    this.server = server;
    this.address = address;
    // control plane: once for a listening socket
    server.on("connection", (accepted: net.Socket) => {
      context.dispatcher.beginEvent();
      callbacks.onAccept(NodeSocket.accept(context, accepted));
      context.dispatcher.endEvent();
    });
    // control plane: once for a listening socket
    server.on("error", (error: NodeJS.ErrnoException) => {
      callbacks.onListenError({ code: error.code ?? "UNKNOWN", message: error.message });
    });
  }

  get localAddress(): Address {
    return this.address;
  }

  close(): void {
    this.server.close();
  }
}
