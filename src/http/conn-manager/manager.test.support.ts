import assert from "node:assert/strict";
import { RecordedStats } from "../../../test/support/recorded-stats.js";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import { SimulatedNetwork } from "../../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import type { Logger } from "../../common/logger.js";
import type { IpAddress } from "../../network/address.js";
import { type IdSource, Listener } from "../../network/listener.js";
import { ReadBuffers } from "../../network/read-buffers.js";
import { OVERLOAD_ACTION_NAMES, type OverloadActionName, type OverloadConfig } from "../../overload/overload-config.js";
import { actionSlot, OVERLOAD_STATE_BYTES, OverloadState, SATURATED } from "../../overload/overload-state.js";
import { forwardAction, routeConfig, routeEntry, virtualHost } from "../../route/route.test.support.js";
import type { ForwardActionConfig } from "../../route/route-action-config.js";
import type { RouteEntryConfig } from "../../route/route-config.js";
import { RouteTable } from "../../route/route-table.js";
import { NO_ORIGIN } from "../../stream-info/stream-info.js";
import { type AccessLogger, buildAccessLoggers } from "../access-log/access-logger.js";
import { Http1CodecStats } from "../codec/http1/codec-stats.js";
import type {
  DecoderFilterCallbacks,
  FilterDataStatus,
  FilterHeadersStatus,
  FilterTrailersStatus,
  HttpFilterFactory,
  StreamDecoderFilter,
} from "../filter/filter.js";
import { emptyReply } from "../filter/local-reply.js";
import { HeaderMap } from "../headers/header-map.js";
import { ConnectionManager, ConnectionManagerFactory } from "./connection-manager.js";
import type { ConnectionManagerConfig } from "./connection-manager-config.js";
import { ConnectionManagerContext } from "./connection-manager-context.js";
import { ConnectionManagerStats } from "./connection-manager-stats.js";
import { DRAIN_SLOTS, DRAIN_STATE_BYTES, DRAINS_ALL, DrainDecision } from "./drain-decision.js";

/*
 * A listener with one connection manager on the simulated network, without the router: a terminal filter stands for all
 * that lies behind it, and the test answers in its name.
 */

export const LISTEN: IpAddress = { kind: "ip", host: "10.0.0.1", port: 80 };
const LOG_FORMAT = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%";

/** Envoy's defaults, with what would disturb a test switched off. */
const DEFAULT_CONFIG: ConnectionManagerConfig = {
  statPrefix: "in",
  codecType: "auto",
  routeConfig: null,
  httpFilters: [],
  upgrades: [],
  accessLogs: [],
  flushAccessLogOnNewRequest: false,
  accessLogFlushIntervalMs: 0,
  localReplies: null,
  flushAccessLogOnTunnel: false,
  earlyHeaderMutations: [],
  proxyStatus: null,
  safeMaxConnectionDuration: false,
  serverName: "sluice",
  serverHeaderTransformation: "overwrite",
  via: "",
  useRemoteAddress: false,
  xffNumTrustedHops: 0,
  skipXffAppend: false,
  originalIpDetection: [{ kind: "xff", trustedHops: 0, appendsPeer: false }],
  internalCidrRanges: [],
  internalUnixSockets: false,
  internalOnlyHeaders: [],
  mapIpv4RemoteAddress: false,
  appendXForwardedPort: false,
  scheme: "",
  httpsDestinationPorts: [],
  appendLocalOverload: false,
  addUserAgent: false,
  forwardClientCert: "sanitize",
  clientCertMatcher: null,
  pathNormalization: null,
  hostNormalization: null,
  requestId: null,
  alwaysSetRequestIdInResponse: false,
  proxy100Continue: false,
  isTraced: false,
  scopedRoutes: null,
  acceptHttp10: false,
  defaultHostForHttp10: "",
  enableTrailers: false,
  headersWithUnderscores: "allow",
  allowChunkedLength: false,
  allowAbsoluteUrl: true,
  ignoredUpgrades: [],
  headerCase: null,
  streamErrorOnInvalidMessage: false,
  maxRequestHeadersKb: 60,
  maxHeadersCount: 100,
  idleTimeoutMs: 3_600_000,
  maxConnectionDurationMs: 0,
  maxRequestsPerConnection: 0,
  maxStreamDurationMs: 0,
  streamIdleTimeoutMs: 300_000,
  requestTimeoutMs: 0,
  requestHeadersTimeoutMs: 0,
  drainTimeoutMs: 5_000,
  delayedCloseTimeoutMs: 1_000,
};

const ALL_ACTIONS: OverloadConfig = {
  refreshIntervalMs: 1_000,
  monitors: [],
  actions: OVERLOAD_ACTION_NAMES.map((name) => ({ name, triggers: [] })),
};

/** A route that forwards what lies under a prefix. */
export function route(prefix: string, action: Partial<ForwardActionConfig> = {}): RouteEntryConfig {
  return routeEntry(`route ${prefix}`, { path: { kind: "prefix", value: prefix } }, { action: forwardAction(action) });
}

export interface ManagerOptions {
  readonly config?: Partial<ConnectionManagerConfig>;
  /** In place of one route for everything. */
  readonly routes?: readonly RouteEntryConfig[];
  /** Before the terminal filter. */
  readonly filters?: readonly HttpFilterFactory[];
  readonly logFormat?: string;
  readonly bufferLimitBytes?: number;
}

/** The shared part of a connection manager, as configured; for parts of it that need no connection. */
export function contextOf(options: ManagerOptions, parts: ContextParts = new ContextParts()): ConnectionManagerContext {
  const routes = options.routes ?? [route("/")];
  return new ConnectionManagerContext(
    { ...DEFAULT_CONFIG, ...options.config },
    {
      dispatcher: parts.dispatcher,
      random: new SeededRandom(1),
      log: parts.logger,
      streamIds: new SequentialIds(),
      node: { id: "node-1", cluster: "edge" },
      stats: new ConnectionManagerStats(parts.stats.root.scope("http.in")),
      isOutbound: false,
      overload: parts.overload,
      drain: parts.drain,
      origin: { ...NO_ORIGIN, filterChainName: "chain" },
      http1Stats: new Http1CodecStats(parts.stats.root.scope("http1")),
      routeTable: new RouteTable(routeConfig([virtualHost(routes)])),
      filterFactories: [...(options.filters ?? []), parts.originFactory],
      upgradeChains: (options.config?.upgrades ?? []).map((upgrade) => ({ ...upgrade, filterFactories: null })),
      accessLoggers: parts.accessLoggers(options.logFormat ?? LOG_FORMAT),
    },
  );
}

/** What a context is made of, and where it leaves its traces. */
export class ContextParts {
  readonly dispatcher = new SimulatedDispatcher();
  readonly stats = new RecordedStats();
  readonly logger = new RecordedLogger();
  private readonly drainStates = new SharedArrayBuffer(DRAIN_STATE_BYTES);
  readonly drain = new DrainDecision(this.drainStates, new SeededRandom(1), true);
  private readonly overloadStates = new SharedArrayBuffer(OVERLOAD_STATE_BYTES);
  readonly overload = new OverloadState(ALL_ACTIONS, this.overloadStates, new SeededRandom(1), this.stats.root);
  /** The terminal filter of each request, in order. */
  readonly origins: Origin[] = [];
  readonly log: string[] = [];
  readonly originFactory: HttpFilterFactory = {
    name: "origin",
    createFilter: (chain) => {
      const origin = new Origin();
      this.origins.push(origin);
      chain.addStreamDecoderFilter("origin", origin);
    },
  };

  /** As `/healthcheck/fail` and `/healthcheck/ok` do. */
  setHealthcheckFailed(failed: boolean): void {
    new Int32Array(this.drainStates)[DRAIN_SLOTS.healthcheckFailed] = failed ? 1 : 0;
  }

  /** @param share of responses that end their connections */
  setDraining(share: number): void {
    new Int32Array(this.drainStates)[DRAIN_SLOTS.listenersDrain] = Math.floor(share * DRAINS_ALL);
  }

  /** Makes an action strike everything, or nothing any more. */
  setOverload(name: OverloadActionName, isActive: boolean): void {
    new Int32Array(this.overloadStates)[actionSlot(name)] = isActive ? SATURATED : 0;
  }

  accessLoggers(text: string): readonly AccessLogger[] {
    const format = { kind: "text", text, json: null, omitEmptyValues: false } as const;
    const sink = { write: (line: string) => void this.log.push(line) };
    return buildAccessLoggers(
      [{ sink: { kind: "stdout" }, format, filter: null }],
      { get: () => sink },
      new SeededRandom(1),
    );
  }
}

class SequentialIds implements IdSource {
  private last = 0;

  next(): number {
    return ++this.last;
  }
}

class RecordedLogger implements Logger {
  readonly debugEnabled = false;
  readonly errors: string[] = [];

  debug(): void {}

  info(): void {}

  warn(): void {}

  error(message: string): void {
    this.errors.push(message);
  }
}

/** Stands for router and upstream: takes one request, and answers when the test says so. */
export class Origin implements StreamDecoderFilter {
  callbacks!: DecoderFilterCallbacks;
  headers: HeaderMap | null = null;
  body = "";
  complete = false;
  destroyed = 0;

  setDecoderFilterCallbacks(callbacks: DecoderFilterCallbacks): void {
    this.callbacks = callbacks;
  }

  decodeHeaders(headers: HeaderMap, endStream: boolean): FilterHeadersStatus {
    this.headers = headers;
    this.complete = endStream;
    if (this.callbacks.stream.route() === null) this.callbacks.sendLocalReply(emptyReply(404, "route_not_found"));
    return "stopIteration";
  }

  decodeData(data: Buffer, endStream: boolean): FilterDataStatus {
    this.body += data.toString();
    this.complete = endStream;
    return "stopIterationNoBuffer";
  }

  decodeTrailers(): FilterTrailersStatus {
    this.complete = true;
    return "stopIteration";
  }

  onDestroy(): void {
    this.destroyed++;
  }

  /** A whole answer. */
  answer(status = 200, body = "", fields: Readonly<Record<string, string>> = {}): void {
    const headers = new HeaderMap();
    headers.status = status;
    for (const [name, value] of Object.entries(fields)) headers.add(name, value);
    this.callbacks.encodeHeaders(headers, body === "");
    if (body !== "") this.callbacks.encodeData(Buffer.from(body), true);
  }

  /** The head of an answer, whose body is to follow. */
  begin(status = 200, length = 10): void {
    const headers = new HeaderMap();
    headers.status = status;
    headers.add("content-length", String(length));
    this.callbacks.encodeHeaders(headers, false);
  }

  data(text: string, endStream: boolean): void {
    this.callbacks.encodeData(Buffer.from(text), endStream);
  }

  interim(status: number): void {
    const headers = new HeaderMap();
    headers.status = status;
    this.callbacks.encode1xxHeaders(headers);
  }
}

/** The connection manager between clients and origins that a test scripts. */
export class ManagerRun extends ContextParts {
  readonly network: SimulatedNetwork;
  private readonly listener: Listener;

  constructor(options: ManagerOptions = {}) {
    super();
    const readBuffers = new ReadBuffers();
    this.network = new SimulatedNetwork(this.dispatcher, { readBuffers });
    const factory = new ConnectionManagerFactory(contextOf(options, this));
    this.listener = new Listener(
      {
        name: "in",
        address: LISTEN,
        additionalAddresses: [],
        statPrefix: "in",
        perConnectionBufferLimitBytes: options.bufferLimitBytes ?? 1024 * 1024,
        tcpBacklogSize: 0,
        filterChains: [{ name: "", match: null, metadata: {}, filters: [] }],
        defaultFilterChain: null,
        ignoreGlobalConnectionLimit: false,
        drainType: "default",
        trafficDirection: "unspecified",
        bypassOverloadManager: false,
        metadata: {},
        accessLogs: [],
      },
      {
        dispatcher: this.dispatcher,
        readBuffers,
        stats: this.stats.root,
        overload: this.overload,
        limits: null,
        connectionIds: new SequentialIds(),
        factoriesOf: () => [factory],
        onListenError: (_, error) => assert.fail(error.message),
      },
    );
    this.listener.addSocket(this.network.listen(LISTEN, this.listener));
  }

  /** A client whose connection stands. */
  connect(fromHost = "192.0.2.5"): SimulatedPeer {
    const client = this.network.connectPeer(LISTEN, fromHost);
    this.run();
    return client;
  }

  /** Sends bytes, which arrive. */
  send(text: string, client = this.connect()): SimulatedPeer {
    client.send(text);
    this.run();
    return client;
  }

  /** A request for a path, in full. */
  get(path = "/", client = this.connect()): SimulatedPeer {
    return this.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`, client);
  }

  /** A request of which the body is not sent yet. */
  post(length = 10, client = this.connect()): SimulatedPeer {
    return this.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${length}\r\n\r\n`, client);
  }

  /** Drains every connection, as the server does when it stops. */
  drainAll(): void {
    this.eachManager((manager) => manager.drain());
  }

  eachManager(act: (manager: ConnectionManager) => void): void {
    this.dispatcher.inEvent(() => {
      for (const chain of this.listener.filterChains) {
        for (const filter of chain.filters) if (filter instanceof ConnectionManager) act(filter);
      }
    });
    this.run();
  }

  origin(index = this.origins.length - 1): Origin {
    const origin = this.origins[index];
    assert.ok(origin !== undefined, `there is no request ${index}`);
    return origin;
  }

  /** Lets the last origin do something, which arrives at the client. */
  letOrigin(act: (origin: Origin) => void): void {
    this.dispatcher.inEvent(() => act(this.origin()));
    this.run();
  }

  run(): void {
    this.dispatcher.runUntilIdle();
  }

  runFor(ms: number): void {
    this.dispatcher.runFor(ms);
  }

  stat(name: string): number {
    return this.stats.value(`http.in.${name}`);
  }

  /** What is still counted as active. */
  leftovers(): readonly string[] {
    return [...this.stats.nonZero.keys()].filter((name) => name.endsWith("_active"));
  }
}

/** The head of the first response in `text`, without the date, which is the same for all. */
export function headOf(text: string): string[] {
  const head = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n");
  return head.filter((line) => !line.startsWith("date: "));
}

export function statusOf(text: string): number {
  return Number(text.split(" ", 2)[1]);
}

export function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

/** A header map of fields; names with a colon are the properties. */
export function headersOf(fields: readonly (readonly [name: string, value: string])[]): HeaderMap {
  const headers = new HeaderMap();
  headers.method = "GET";
  headers.path = "/";
  headers.authority = "a";
  for (const [name, value] of fields) {
    if (name === ":method") headers.method = value;
    else if (name === ":path") headers.path = value;
    else if (name === ":authority") headers.authority = value;
    else if (name === ":scheme") headers.scheme = value;
    else headers.add(name, value);
  }
  return headers;
}

export function fieldsOf(headers: HeaderMap): Record<string, string> {
  const entries = Array.from({ length: headers.size }, (_, i) => [headers.nameAt(i), headers.valueAt(i)]);
  return Object.fromEntries(entries) as Record<string, string>;
}
