import type { Logger } from "../../common/logger.js";
import type { RandomSource } from "../../common/random.js";
import { Runtime } from "../../common/runtime.js";
import { SystemRandom } from "../../common/system-random.js";
import type { RuntimeConfig } from "../../config/runtime-config.js";
import type { ConnectionManagerConfig } from "../../http/conn-manager/connection-manager-config.js";
import { type Address, addressText } from "../../network/address.js";
import type { IdSource } from "../../network/listener.js";
import type { FilterChainConfig, ListenerConfig, NetworkFilterConfig } from "../../network/listener-config.js";
import { ReadBuffers } from "../../network/read-buffers.js";
import { clusterPoliciesByName } from "../../route/cluster-policies.js";
import type { RouteRequest } from "../../route/match-input.js";
import type { Route } from "../../route/route.js";
import { type RouteExplanation, RouteTable } from "../../route/route-table.js";
import { NO_STATS } from "../../stats/no-stats.js";
import type { AccessLogConfig } from "../../stream-info/access-log-config.js";
import { createClusterMemory } from "../../upstream/cluster.js";
import { ClusterManager } from "../../upstream/cluster-manager.js";
import { buildListener, CONNECTION_MANAGER } from "../build-listener.js";
import { DryRunDispatcher } from "./dry-run-dispatcher.js";
import { DryRunNetwork, DryRunSocket } from "./dry-run-network.js";
import { type HeaderField, type HttpHead, readHead } from "./http-head.js";

/** How far time may jump while a request waits for timers, milliseconds: a delay that a filter injects, say. */
const PATIENCE_MS = 60_000;
const LOG_FIELDS = ["UPSTREAM_CLUSTER", "RESPONSE_CODE_DETAILS", "RESPONSE_FLAGS", "VIRTUAL_CLUSTER_NAME"] as const;

/** A request as a client would send it. */
export interface DryRunRequest {
  readonly method: string;
  /** What stands in the request line. */
  readonly target: string;
  /** In order, `host` among them. */
  readonly fields: readonly HeaderField[];
  readonly body: string;
  readonly client: Address;
  /** The address of the listener that the client has connected to. */
  readonly destination: Address;
}

/** One look into the route table; a filter can ask for another one. */
export interface RouteLookup {
  readonly explanation: RouteExplanation;
  /** What the table was asked, after everything that the connection manager and filters changed. */
  readonly authority: string;
  readonly path: string;
}

export interface UpstreamRequestSeen {
  readonly address: string;
  readonly head: HttpHead;
}

/** What became of a request. */
export interface DryRun {
  readonly lookups: readonly RouteLookup[];
  /** Requests to upstream hosts, the route's first, then mirrors and what filters ask. */
  readonly upstreams: readonly UpstreamRequestSeen[];
  readonly response: HttpHead | null;
  /** The address behind a tunnel that CONNECT has opened; empty without one. */
  readonly tunnel: string;
  /** Empty when none was chosen. */
  readonly cluster: string;
  readonly responseDetails: string;
  readonly responseFlags: string;
  /** Empty when the request belongs to none by name. */
  readonly virtualCluster: string;
}

/**
 * Sends a request through the data plane of a listener, the very one that serves: connection manager, filters, route table,
 * router, clusters. Only the network is not there: hosts are taken to be alive and answer an empty 200. Nothing is logged,
 * nothing is counted.
 */
export function dryRun(config: RuntimeConfig, listener: ListenerConfig, request: DryRunRequest): DryRun {
  const dispatcher = new DryRunDispatcher();
  const network = new DryRunNetwork(dispatcher, request.client);
  const record = new Recorder();
  const context = { dispatcher, readBuffers: new ReadBuffers() };
  const random = new SystemRandom();
  const clusters = buildClusters(config, { ...context, sockets: network, connectionIds: record }, random);
  const built = buildListener(withLog(listener), {
    ...context,
    log: SILENCE,
    random,
    runtime: new Runtime(config.runtime),
    node: config.node,
    stats: NO_STATS,
    clusters,
    clusterPolicies: clusterPoliciesByName(config.clusterPolicies),
    accessLogSinks: { get: () => record },
    connectionIds: record,
    overload: null,
    connectionLimits: null,
    drainStates: null,
    streamIds: record,
    routeTable: (routes, parts) => new ExplainingRouteTable(routes, parts, record.lookups),
  });
  const client = new DryRunSocket(dispatcher, request.destination, request.client);
  dispatcher.enqueue(() => built.onAccept(client));
  client.deliver(Buffer.from(requestText(request), "latin1"));
  const isAnswered = (): boolean => readFinalHead(client.written) !== null;
  do dispatcher.run(isAnswered, dispatcher.now());
  while (!isAnswered() && network.answer());
  dispatcher.run(isAnswered, PATIENCE_MS);
  client.destroy();
  dispatcher.run(() => false, dispatcher.now());
  return { ...record.log(), ...outcome(network, client, request.method), lookups: record.lookups };
}

/** A route table that decides as any, and keeps why. */
class ExplainingRouteTable extends RouteTable {
  private readonly lookups: RouteLookup[];

  constructor(
    config: ConstructorParameters<typeof RouteTable>[0],
    parts: ConstructorParameters<typeof RouteTable>[1],
    lookups: RouteLookup[],
  ) {
    super(config, parts);
    this.lookups = lookups;
  }

  override match(request: RouteRequest): Route | null {
    const route = super.match(request);
    const { authority, path } = request.requestHeaders;
    this.lookups.push({ explanation: { ...this.explain(request), route }, authority, path });
    return route;
  }
}

/** Counts connections and streams, and takes the one line of the log. */
class Recorder implements IdSource {
  readonly lookups: RouteLookup[] = [];
  private line = "";
  private lastId = 0;

  next(): number {
    return ++this.lastId;
  }

  write(line: string): void {
    this.line = line;
  }

  log(): Pick<DryRun, "cluster" | "responseDetails" | "responseFlags" | "virtualCluster"> {
    const fields = this.line.trimEnd().split("\t").map(orEmpty);
    const [cluster = "", responseDetails = "", responseFlags = "", virtualCluster = ""] = fields;
    return { cluster, responseDetails, responseFlags, virtualCluster };
  }
}

function orEmpty(value: string): string {
  return value === "-" ? "" : value;
}

/** The listener with a log of ours in the place of its own. */
function withLog(listener: ListenerConfig): ListenerConfig {
  const text = `${LOG_FIELDS.map((name) => `%${name}%`).join("\t")}\n`;
  const format = { kind: "text", text, json: null, omitEmptyValues: false } as const;
  const accessLogs: readonly AccessLogConfig[] = [{ sink: { kind: "stdout" }, format, filter: null }];
  const ofFilter = (filter: NetworkFilterConfig): NetworkFilterConfig => {
    if (filter.typeName !== CONNECTION_MANAGER) return filter;
    return { ...filter, config: { ...(filter.config as ConnectionManagerConfig), accessLogs } };
  };
  const ofChain = (chain: FilterChainConfig): FilterChainConfig => ({ ...chain, filters: chain.filters.map(ofFilter) });
  return {
    ...listener,
    accessLogs: [],
    filterChains: listener.filterChains.map(ofChain),
    defaultFilterChain: listener.defaultFilterChain === null ? null : ofChain(listener.defaultFilterChain),
  };
}

/** Names that discovery would resolve stand for themselves. */
function buildClusters(
  config: RuntimeConfig,
  context: ConstructorParameters<typeof ClusterManager>[1],
  random: RandomSource,
): ClusterManager {
  // Nobody checks hosts here: they are taken to be healthy.
  const infos = config.clusters.map((info) => ({ ...info, healthCheck: null }));
  const snapshots = infos.map((info) => ({ info, memory: createClusterMemory(info) }));
  const clusters = new ClusterManager(snapshots, context, NO_STATS, random);
  for (const { name, discovery, endpoints } of config.clusters) {
    if (discovery !== "static") clusters.updateHosts(name, endpoints);
  }
  return clusters;
}

function requestText({ method, target, fields, body }: DryRunRequest): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  const hasLength = fields.some(([name]) => name === "content-length" || name === "transfer-encoding");
  const length = body === "" || hasLength ? "" : `content-length: ${Buffer.byteLength(body)}\r\n`;
  return `${method} ${target} HTTP/1.1\r\n${lines}${length}\r\n${Buffer.from(body).toString("latin1")}`;
}

function outcome(
  network: DryRunNetwork,
  client: DryRunSocket,
  method: string,
): Pick<DryRun, "upstreams" | "response" | "tunnel"> {
  const upstreams: UpstreamRequestSeen[] = [];
  const response = readFinalHead(client.written);
  // Without a tunnel a connection that sent nothing is one that the request was not let on.
  const isTunnel = method === "CONNECT" && response?.startLine.startsWith("HTTP/1.1 2") === true;
  let tunnel = "";
  for (const { address, socket } of network.connections) {
    const head = readHead(socket.written);
    if (head !== null) upstreams.push({ address: addressText(address), head });
    else if (isTunnel && tunnel === "") tunnel = addressText(address);
  }
  return { upstreams, response, tunnel };
}

/** The head of the response behind the informational ones. */
function readFinalHead(written: string): HttpHead | null {
  const head = readHead(written);
  if (head === null || !/^HTTP\/1\.1 1(?!01)\d\d /.test(head.startLine)) return head;
  return readFinalHead(written.slice(written.indexOf("\r\n\r\n") + 4));
}

const SILENCE: Logger = { debugEnabled: false, debug() {}, info() {}, warn() {}, error() {} };
