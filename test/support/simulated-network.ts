import assert from "node:assert/strict";
import { type Address, addressText } from "../../src/network/address.js";
import { ReadBuffers } from "../../src/network/read-buffers.js";
import type {
  AcceptCallbacks,
  ListenSocket,
  SocketError,
  SocketFactory,
  StreamSocket,
} from "../../src/network/stream-socket.js";
import { DEFAULT_LINK, type LinkOptions, ReadSplitter } from "./link-options.js";
import { SeededRandom } from "./seeded-random.js";
import type { SimulatedDispatcher } from "./simulated-dispatcher.js";
import { SimulatedPeer } from "./simulated-peer.js";
import { SimulatedPipe } from "./simulated-pipe.js";
import { SimulatedSocket, type SimulatedSocketContext } from "./simulated-socket.js";

export interface SimulatedNetworkOptions {
  /** The same seed gives the same run. */
  readonly seed?: number;
  /** What the proxy under test reads into; pass the same object to it. */
  readonly readBuffers?: ReadBuffers;
  /** For connections to addresses that have no link of their own. */
  readonly link?: Partial<LinkOptions>;
}

/** The ports that the simulated kernel hands out, to clients and to listeners that ask for port 0. */
const FIRST_CLIENT_PORT = 40_001;
const FIRST_LISTEN_PORT = 20_001;
/** Spreads the seeds of the connections of one network. */
const SEED_STEP = 0x9e37_79b9;

interface Listener {
  readonly address: Address;
  readonly context: SimulatedSocketContext;
  readonly accept: (socket: SimulatedSocket) => void;
}

/**
 * An in-memory network in virtual time. The proxy uses `connect` and `listen`, tests use the peers: `connectPeer` is a
 * client, `listenPeer` an upstream. An address where nobody listens refuses connections.
 */
export class SimulatedNetwork implements SocketFactory {
  readonly readBuffers: ReadBuffers;
  private readonly dispatcher: SimulatedDispatcher;
  private readonly seed: number;
  private readonly defaultLink: LinkOptions;
  private readonly links = new Map<string, LinkOptions>();
  private readonly listeners = new Map<string, Listener>();
  /** Peers read into memory of their own: the proxy's must hold nothing but what the proxy reads. */
  private readonly peerContext: SimulatedSocketContext;
  private readonly proxyContext: SimulatedSocketContext;
  private nextClientPort = FIRST_CLIENT_PORT;
  private nextListenPort = FIRST_LISTEN_PORT;
  private directions = 0;

  constructor(dispatcher: SimulatedDispatcher, options: SimulatedNetworkOptions = {}) {
    this.dispatcher = dispatcher;
    this.seed = options.seed ?? 1;
    this.readBuffers = options.readBuffers ?? new ReadBuffers();
    this.defaultLink = { ...DEFAULT_LINK, ...options.link };
    this.proxyContext = { dispatcher, readBuffers: this.readBuffers };
    this.peerContext = { dispatcher, readBuffers: new ReadBuffers() };
  }

  // ---- for the proxy under test

  connect(address: Address): StreamSocket {
    return this.open(address, this.proxyContext, "127.0.0.1");
  }

  listen(address: Address, callbacks: AcceptCallbacks): ListenSocket {
    return this.addListener(address, this.proxyContext, (socket) => callbacks.onAccept(socket));
  }

  // ---- for the test

  /** How connections made to `address` from now on are carried; what is left out is as it was. */
  setLink(address: Address, link: Partial<LinkOptions>): void {
    this.links.set(addressText(address), { ...this.linkTo(address), ...link });
  }

  /** A client that connects to the proxy. What it sends before the connection stands leaves when it does. */
  connectPeer(address: Address, fromHost = "127.0.0.1"): SimulatedPeer {
    return new SimulatedPeer(this.open(address, this.peerContext, fromHost));
  }

  /** An upstream that the proxy can connect to. */
  listenPeer(address: Address): PeerListener {
    const accepted: SimulatedPeer[] = [];
    const socket = this.addListener(address, this.peerContext, (peer) => {
      accepted.push(new SimulatedPeer(peer));
    });
    return new PeerListener(socket, accepted);
  }

  // ---- inside

  private addListener(
    address: Address,
    context: SimulatedSocketContext,
    accept: (socket: SimulatedSocket) => void,
  ): ListenSocket {
    const bound = address.kind === "ip" && address.port === 0 ? { ...address, port: this.nextListenPort++ } : address;
    const key = addressText(bound);
    assert.ok(!this.listeners.has(key), `listen EADDRINUSE: address already in use ${key}`);
    const listener: Listener = { address: bound, context, accept };
    this.listeners.set(key, listener);
    const close = (): void => {
      if (this.listeners.get(key) === listener) this.listeners.delete(key);
    };
    return { localAddress: bound, close };
  }

  private linkTo(address: Address): LinkOptions {
    return this.links.get(addressText(address)) ?? this.defaultLink;
  }

  /** Each direction has random numbers of its own, so that one connection does not change the course of another. */
  private createPipe(link: LinkOptions): SimulatedPipe {
    const random = new SeededRandom(this.seed + Math.imul(this.directions++, SEED_STEP));
    return new SimulatedPipe(this.dispatcher, link, new ReadSplitter(link.readSplit, random));
  }

  private open(address: Address, context: SimulatedSocketContext, fromHost: string): SimulatedSocket {
    const link = this.linkTo(address);
    const from: Address =
      address.kind === "pipe" ? address : { kind: "ip", host: fromHost, port: this.nextClientPort++ };
    const toServer = this.createPipe(link);
    const toClient = this.createPipe(link);
    const client = new SimulatedSocket(context, "connects", toClient, toServer);
    if (link.connect !== "blackHole") {
      const syn = { client, toServer, toClient, from, to: address, link };
      this.dispatcher.schedule(link.latencyMs, () => this.onSyn(syn));
    }
    return client;
  }

  private onSyn(syn: Syn): void {
    const listener = this.listeners.get(addressText(syn.to));
    if (listener === undefined || syn.link.connect === "refuse") {
      const error = refusedError(syn.to);
      this.dispatcher.schedule(syn.link.latencyMs, () => syn.client.onConnectFailed(error));
      return;
    }
    // The client gave up meanwhile.
    if (!syn.client.isConnecting) return;
    const server = new SimulatedSocket(listener.context, "accepted", syn.toServer, syn.toClient);
    syn.toServer.attach(syn.client, server);
    syn.toClient.attach(server, syn.client);
    this.dispatcher.schedule(syn.link.latencyMs, () => onSynAnswered(syn));
    // After the answer is on its way, so that nothing the server sends at once overtakes it.
    server.establish(syn.to, syn.from);
    this.dispatcher.inEvent(() => listener.accept(server));
  }
}

/** A connect on its way. */
interface Syn {
  readonly client: SimulatedSocket;
  readonly toServer: SimulatedPipe;
  readonly toClient: SimulatedPipe;
  readonly from: Address;
  readonly to: Address;
  readonly link: LinkOptions;
}

function onSynAnswered(syn: Syn): void {
  if (syn.client.isConnecting) syn.client.onConnected(syn.from, syn.to);
  // Closed while the answer travelled: TCP answers it with RST.
  else syn.toServer.sendReset();
}

function refusedError(address: Address): SocketError {
  return { code: "ECONNREFUSED", message: `connect ECONNREFUSED ${addressText(address)}` };
}

/** A listening upstream of a test and the connections that came to it, in order. */
export class PeerListener {
  readonly accepted: readonly SimulatedPeer[];
  private readonly socket: ListenSocket;

  constructor(socket: ListenSocket, accepted: readonly SimulatedPeer[]) {
    this.socket = socket;
    this.accepted = accepted;
  }

  get address(): Address {
    return this.socket.localAddress;
  }

  /** The n-th connection, the first is 0. */
  connection(index: number): SimulatedPeer {
    const peer = this.accepted[index];
    assert.ok(peer !== undefined, `connection ${index} was not made; there are ${this.accepted.length}`);
    return peer;
  }

  /** Refuses connections from now on; those that stand go on. */
  close(): void {
    this.socket.close();
  }
}
