import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { RecordedStats } from "../../test/support/recorded-stats.js";
import { SeededRandom } from "../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../test/support/simulated-dispatcher.js";
import { SimulatedNetwork } from "../../test/support/simulated-network.js";
import { actionSlot, OVERLOAD_STATE_BYTES, OverloadState, SATURATED } from "../overload/overload-state.js";
import type { Connection, ConnectionEvent } from "./connection.js";
import { ConnectionLimit } from "./connection-limit.js";
import type { FilterStatus, ReadFilter, ReadFilterFactory } from "./filter.js";
import { Listener, type ListenerContext } from "./listener.js";
import type { FilterChainConfig, ListenerConfig } from "./listener-config.js";
import { ADDRESS } from "./network.test.support.js";

/** A filter that writes down what it sees, as `<name> <what>`. */
class NotingFilter implements ReadFilter {
  private readonly name: string;
  private readonly notes: string[];
  private readonly status: FilterStatus;

  constructor(name: string, notes: string[], status: FilterStatus) {
    this.name = name;
    this.notes = notes;
    this.status = status;
  }

  onNewConnection(): FilterStatus {
    this.notes.push(`${this.name} new`);
    return this.status;
  }

  onData(data: Buffer): FilterStatus {
    this.notes.push(`${this.name} ${data}`);
    return this.status;
  }

  onRemoteEnd(): void {
    this.notes.push(`${this.name} remote end`);
  }

  onConnectionEvent(event: ConnectionEvent): void {
    this.notes.push(`${this.name} ${event}`);
  }

  onAboveWriteBufferHighWatermark(): void {
    this.notes.push(`${this.name} above`);
  }

  onBelowWriteBufferLowWatermark(): void {
    this.notes.push(`${this.name} below`);
  }
}

function config(overrides: Partial<ListenerConfig>): ListenerConfig {
  return {
    name: "in",
    address: ADDRESS,
    additionalAddresses: [],
    statPrefix: "in",
    perConnectionBufferLimitBytes: 1_000,
    tcpBacklogSize: 0,
    filterChains: [chain("chain")],
    defaultFilterChain: null,
    ignoreGlobalConnectionLimit: false,
    drainType: "default",
    trafficDirection: "unspecified",
    bypassOverloadManager: false,
    metadata: {},
    accessLogs: [],
    ...overrides,
  };
}

function chain(name: string, port: number | null = null): FilterChainConfig {
  const match = {
    destinationPort: port,
    prefixRanges: [],
    serverNames: [],
    transportProtocol: "",
    applicationProtocols: [],
    directSourcePrefixRanges: [],
    sourceType: "any",
    sourcePrefixRanges: [],
    sourcePorts: [],
  } as const;
  return { name, match: port === null ? null : match, metadata: {}, filters: [] };
}

type Load = Pick<ListenerContext, "overload" | "limits">;

const NO_LOAD: Load = { overload: null, limits: null };

/** Limits of a process with one listener; connections that count already. */
function limited(max: { readonly global: number; readonly listener: number }): Load {
  const counts = new Int32Array(2);
  const limits = {
    global: new ConnectionLimit(counts, 0, max.global),
    listener: new ConnectionLimit(counts, 1, max.listener),
  };
  return { overload: null, limits };
}

/** Each chain gets filters named `<chain>1`, `<chain>2`, ... with these statuses. */
function listen(
  overrides: Partial<ListenerConfig> = {},
  statuses: readonly FilterStatus[] = ["continue"],
  load: Load = NO_LOAD,
) {
  const dispatcher = new SimulatedDispatcher();
  const network = new SimulatedNetwork(dispatcher, { link: { windowBytes: 100 } });
  const stats = new RecordedStats();
  const notes: string[] = [];
  const connections: Connection[] = [];
  let lastId = 0;
  const scope = stats.root;
  const connectionStats = {
    rxBytes: scope.counter("rx"),
    txBytes: scope.counter("tx"),
    rxBuffered: null,
    txBuffered: null,
    delayedCloseTimeouts: null,
  };
  const factoryOf = (name: string, status: FilterStatus, index: number): ReadFilterFactory => ({
    connectionStats,
    createFilter: (connection) => {
      connections.push(connection);
      return new NotingFilter(`${name}${index + 1}`, notes, status);
    },
  });
  const listener = new Listener(config(overrides), {
    dispatcher,
    readBuffers: network.readBuffers,
    stats: stats.root,
    overload: load.overload,
    limits: load.limits,
    connectionIds: { next: () => ++lastId },
    factoriesOf: ({ name }) => statuses.map((status, index) => factoryOf(name, status, index)),
    onListenError: (_listener, { message }) => void notes.push(`error ${message}`),
  });
  listener.addSocket(network.listen(ADDRESS, listener));
  const connect = () => {
    const peer = network.connectPeer(ADDRESS);
    dispatcher.runUntilIdle();
    return peer;
  };
  const stat = (name: string): number => stats.value(`listener.in.${name}`);
  return { dispatcher, network, listener, notes, connections, connect, stat };
}

describe("Listener", () => {
  test("gives each connection its filters, and knows it until it is gone", () => {
    const run = listen();
    const peer = run.connect();
    const other = run.connect();
    assert.equal(run.listener.activeConnections, 2);
    assert.deepEqual([run.stat("downstream_cx_total"), run.stat("downstream_cx_active")], [2, 2]);
    peer.send("hello");
    run.dispatcher.runUntilIdle();
    peer.end();
    run.dispatcher.runUntilIdle();
    assert.deepEqual(run.notes, ["chain1 new", "chain1 new", "chain1 hello", "chain1 remoteClose"]);
    assert.equal(run.listener.activeConnections, 1);
    other.reset();
    run.dispatcher.runUntilIdle();
    assert.equal(run.listener.activeConnections, 0);
    assert.equal(run.listener.openSockets, 0);
    assert.deepEqual([run.stat("downstream_cx_active"), run.stat("downstream_cx_destroy")], [0, 2]);
  });

  test("filters see bytes in order, until one stops them; all see how it ends", () => {
    const run = listen({}, ["continue", "stopIteration", "continue"]);
    const peer = run.connect();
    peer.send("x");
    run.dispatcher.runUntilIdle();
    run.dispatcher.inEvent(() => run.connections[0]?.close("noFlush", "test"));
    assert.deepEqual(run.notes, [
      "chain1 new",
      "chain2 new",
      "chain1 x",
      "chain2 x",
      "chain1 localClose",
      "chain2 localClose",
      "chain3 localClose",
    ]);
  });

  test("filters are told when the client is slow", () => {
    const run = listen();
    const peer = run.connect();
    peer.pauseReading();
    run.dispatcher.inEvent(() => run.connections[0]?.writeBytes(Buffer.alloc(3_000)));
    run.dispatcher.runUntilIdle();
    peer.resumeReading();
    run.dispatcher.runUntilIdle();
    assert.deepEqual(run.notes, ["chain1 new", "chain1 above", "chain1 below"]);
  });

  test("a connection that is over still counts as a socket while it flushes", () => {
    const run = listen();
    const peer = run.connect();
    peer.pauseReading();
    run.dispatcher.inEvent(() => {
      run.connections[0]?.writeBytes(Buffer.alloc(3_000));
      run.connections[0]?.close("flushWrite", "test");
    });
    assert.deepEqual([run.listener.activeConnections, run.listener.openSockets], [0, 1]);
    peer.resumeReading();
    run.dispatcher.runUntilIdle();
    assert.equal(run.listener.openSockets, 0);
    assert.equal(peer.receivedBytes.length, 3_000);
  });

  test("the chain is chosen by the connection; the default one takes the rest", () => {
    const chains = [chain("other", 81), chain("mine", 80)];
    const run = listen({ filterChains: chains, defaultFilterChain: chain("default") });
    run.connect();
    const rest = listen({ filterChains: [chain("other", 81)], defaultFilterChain: chain("default") });
    rest.connect();
    assert.deepEqual([...run.notes, ...rest.notes], ["mine1 new", "default1 new"]);
  });

  test("without a chain that matches the connection is closed and counted", () => {
    const run = listen({ filterChains: [chain("other", 81)] });
    const peer = run.connect();
    assert.equal(peer.fate, "closed");
    assert.equal(run.stat("no_filter_chain_match"), 1);
    assert.deepEqual([run.stat("downstream_cx_total"), run.stat("downstream_cx_active")], [1, 0]);
    assert.equal(run.listener.activeConnections, 0);
  });

  test("a chain without filters closes at once", () => {
    const run = listen({}, []);
    assert.equal(run.connect().fate, "closed");
    assert.deepEqual([run.stat("downstream_cx_active"), run.stat("downstream_cx_destroy")], [0, 1]);
    assert.equal(run.listener.openSockets, 0);
  });

  test("stopped, it accepts no more and lets the others live", () => {
    const run = listen();
    const peer = run.connect();
    assert.deepEqual(run.listener.addresses, [ADDRESS]);
    run.listener.stopAccepting();
    run.listener.stopAccepting();
    assert.equal(run.connect().fate, "failed");
    peer.send("still here");
    run.dispatcher.runUntilIdle();
    assert.equal(run.notes.at(-1), "chain1 still here");
    assert.equal(run.listener.filterChains.length, 1);
  });

  test("a listening socket that fails is reported", () => {
    const run = listen();
    run.listener.onListenError({ code: "EMFILE", message: "too many" });
    assert.deepEqual(run.notes, ["error too many"]);
  });
});

describe("limits of connections", () => {
  const overflows = (run: ReturnType<typeof listen>): readonly number[] => [
    run.stat("downstream_cx_total"),
    run.stat("downstream_cx_overflow"),
    run.stat("downstream_global_cx_overflow"),
  ];

  test("the listener's own: one too many is closed, and one that ends makes place", () => {
    const run = listen({}, ["continue"], limited({ global: Number.POSITIVE_INFINITY, listener: 1 }));
    const first = run.connect();
    assert.equal(run.connect().fate, "closed");
    assert.deepEqual(overflows(run), [1, 1, 0]);
    first.end();
    run.dispatcher.runUntilIdle();
    assert.equal(run.connect().fate, "open");
    assert.deepEqual(overflows(run), [2, 1, 0]);
  });

  test("that of the process is counted apart, and what it refuses counts nowhere", () => {
    const load = limited({ global: 1, listener: Number.POSITIVE_INFINITY });
    const run = listen({}, ["continue"], load);
    run.connect();
    assert.equal(run.connect().fate, "closed");
    assert.deepEqual(overflows(run), [1, 0, 1]);
    assert.deepEqual([load.limits?.global.count, load.limits?.listener.count], [1, 1]);
  });

  test("a listener that ignores the process's limit counts towards it", () => {
    const load = limited({ global: 1, listener: Number.POSITIVE_INFINITY });
    const run = listen({ ignoreGlobalConnectionLimit: true }, ["continue"], load);
    run.connect();
    assert.equal(run.connect().fate, "open");
    assert.equal(load.limits?.global.count, 2);
  });

  test("a connection that no filter chain takes gives its place back", () => {
    const load = limited({ global: 5, listener: 5 });
    const run = listen({ filterChains: [chain("other", 81)] }, ["continue"], load);
    run.connect();
    assert.deepEqual([load.limits?.global.count, load.limits?.listener.count], [0, 0]);
  });

  test("under load connections are closed without a look at them", () => {
    const memory = new SharedArrayBuffer(OVERLOAD_STATE_BYTES);
    const name = "envoy.overload_actions.reject_incoming_connections";
    new Int32Array(memory)[actionSlot(name)] = SATURATED;
    const underLoad = { refreshIntervalMs: 1, monitors: [], actions: [{ name, triggers: [] }] } as const;
    const overload = new OverloadState(underLoad, memory, new SeededRandom(1), new RecordedStats().root);
    const load = limited({ global: 5, listener: 5 });
    const run = listen({}, ["continue"], { ...load, overload });
    assert.equal(run.connect().fate, "closed");
    assert.deepEqual([run.stat("downstream_cx_overload_reject"), run.stat("downstream_cx_total")], [1, 0]);
    assert.equal(load.limits?.global.count, 0);
    const other = listen({ bypassOverloadManager: true }, ["continue"], { ...load, overload });
    assert.equal(other.connect().fate, "open");
  });
});
