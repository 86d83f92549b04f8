import assert from "node:assert/strict";
import type { LinkOptions } from "../../../../test/support/link-options.js";
import type { PeerListener } from "../../../../test/support/simulated-network.js";
import type { SimulatedPeer } from "../../../../test/support/simulated-peer.js";
import { SimulatedProxy } from "../../../../test/support/simulated-proxy.js";
import { POISON } from "../../../../test/support/simulated-socket.js";
import type { Address, IpAddress } from "../../../network/address.js";

const TYPES = "type.googleapis.com/envoy.extensions";
const LISTEN: IpAddress = { kind: "ip", host: "127.0.0.1", port: 80 };
const LOG_FORMAT = "%RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS%";

/** What a test says of the configuration; fields are named as in Envoy's protos. */
export interface RouterRunOptions {
  /** Fields of the route's action, over `cluster: c`. */
  readonly route?: object;
  /** In place of the one route for everything. */
  readonly routes?: readonly object[];
  readonly router?: object;
  readonly manager?: object;
  readonly listener?: object;
  readonly cluster?: object;
  /** Runtime keys and their values. */
  readonly runtime?: object;
  /** Fields of the cluster's HTTP/1 options. */
  readonly upstreamHttp1?: object;
  /** Clusters beside `c`. */
  readonly moreClusters?: readonly object[];
  /** How many hosts the cluster has: 10.0.0.1:80 and so on. */
  readonly hosts?: number;
  readonly hostname?: string;
  /** `health_check_config` of each host. */
  readonly hostCheck?: object;
  readonly seed?: number;
  readonly link?: Partial<LinkOptions>;
  /** How connects to the first host end. */
  readonly connect?: LinkOptions["connect"];
  readonly logFormat?: string;
}

/** The whole proxy with a router, between clients and upstreams that a test scripts. */
export class RouterRun {
  readonly proxy: SimulatedProxy;
  readonly upstreams: readonly PeerListener[];

  constructor(options: RouterRunOptions = {}) {
    const { seed, link } = options;
    this.proxy = new SimulatedProxy(JSON.stringify(bootstrapOf(options)), { seed: seed ?? 1, link: link ?? {} });
    this.upstreams = hostAddresses(options).map((address) => this.proxy.network.listenPeer(address));
    this.setConnect(options.connect ?? "accept");
  }

  get log(): readonly string[] {
    return this.proxy.accessLog;
  }

  connect(): SimulatedPeer {
    return this.proxy.network.connectPeer(LISTEN);
  }

  /** A client that has sent these bytes, which have arrived wherever they go. */
  send(text: string | Buffer, client = this.connect()): SimulatedPeer {
    client.send(text);
    this.run();
    return client;
  }

  get(path = "/", client?: SimulatedPeer): SimulatedPeer {
    return this.send(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`, client);
  }

  /** The n-th connection to a host, the first is 0. */
  origin(index = 0, host = 0): SimulatedPeer {
    return (this.upstreams[host] as PeerListener).connection(index);
  }

  /** Lets an upstream connection send these bytes, which arrive wherever they go. */
  respond(text: string | Buffer, origin = this.origin()): void {
    origin.send(text);
    this.run();
  }

  run(): void {
    this.proxy.dispatcher.runUntilIdle();
  }

  runFor(ms: number): void {
    this.proxy.dispatcher.runFor(ms);
  }

  /** From now on connects to the first host end like this. */
  setConnect(connect: LinkOptions["connect"]): void {
    this.proxy.network.setLink(hostAddress(1), { connect });
  }

  /** How the connections to one side are carried; the other keeps the link of the options. */
  setClientLink(link: Partial<LinkOptions>): void {
    this.proxy.network.setLink(LISTEN, link);
  }

  setUpstreamLink(link: Partial<LinkOptions>): void {
    this.proxy.network.setLink(hostAddress(1), link);
  }

  stat(name: string): number {
    return this.proxy.stats.value(name);
  }

  clusterStat(name: string): number {
    return this.stat(`cluster.c.${name}`);
  }

  /** Of the cluster's counters that match, those that counted. */
  clusterStats(names: RegExp): { [name: string]: number } {
    const named = [...this.proxy.stats.nonZero].map(([name, value]) => [name.replace(/^cluster\.c\./, ""), value]);
    return Object.fromEntries(named.filter(([name]) => names.test(name as string)).sort());
  }

  /** Whatever was stopped went on again. */
  assertFlowControlPairs(): void {
    const pairs = [
      ["cluster.c.upstream_flow_control_paused_reading_total", "cluster.c.upstream_flow_control_resumed_reading_total"],
      ["cluster.c.upstream_flow_control_backed_up_total", "cluster.c.upstream_flow_control_drained_total"],
      ["http.in.downstream_flow_control_paused_reading_total", "http.in.downstream_flow_control_resumed_reading_total"],
    ] as const;
    for (const [stopped, continued] of pairs) assert.equal(this.stat(continued), this.stat(stopped), stopped);
  }

  /** Ends everything, and proves that nothing is left. */
  finish(clients: readonly SimulatedPeer[] = []): void {
    for (const client of clients) if (client.fate === "open" || client.fate === "ended") client.close();
    this.run();
    this.proxy.stop();
    this.runFor(2_000);
    assert.deepEqual(this.proxy.leftovers(), []);
    this.assertFlowControlPairs();
    const { connections, pendingRequests, requests } = this.cluster.resources;
    assert.deepEqual([connections.count, pendingRequests.count, requests.count], [0, 0, 0]);
  }

  get cluster() {
    const cluster = this.proxy.clusters.get("c");
    assert.ok(cluster !== null);
    return cluster;
  }
}

export function hostAddress(number: number): IpAddress {
  return { kind: "ip", host: `10.0.0.${number}`, port: 80 };
}

function hostAddresses(options: RouterRunOptions): Address[] {
  return Array.from({ length: options.hosts ?? 1 }, (_, index) => hostAddress(index + 1));
}

export function bootstrapOf(options: RouterRunOptions): object {
  const { runtime } = options;
  return {
    ...(runtime === undefined ? {} : { layered_runtime: { layers: [{ name: "static", static_layer: runtime }] } }),
    static_resources: {
      listeners: [
        {
          name: "in",
          address: socketAddress(LISTEN),
          filter_chains: [{ filters: [{ name: "manager", typed_config: managerOf(options) }] }],
          ...options.listener,
        },
      ],
      clusters: [clusterOf(options), ...(options.moreClusters ?? [])],
    },
  };
}

function managerOf(options: RouterRunOptions): object {
  const forward = { match: { prefix: "/" }, route: { cluster: "c", ...options.route } };
  const log = { text_format_source: { inline_string: `${options.logFormat ?? LOG_FORMAT}\n` } };
  return {
    "@type": `${TYPES}.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: "in",
    generate_request_id: false,
    access_log: [
      {
        name: "log",
        typed_config: { "@type": `${TYPES}.access_loggers.stream.v3.StdoutAccessLog`, log_format: log },
      },
    ],
    route_config: { virtual_hosts: [{ name: "all", domains: ["*"], routes: options.routes ?? [forward] }] },
    http_filters: [
      { name: "router", typed_config: { "@type": `${TYPES}.filters.http.router.v3.Router`, ...options.router } },
    ],
    ...options.manager,
  };
}

function clusterOf(options: RouterRunOptions): object {
  const endpoints = hostAddresses(options).map((address) => ({
    endpoint: {
      address: socketAddress(address as IpAddress),
      hostname: options.hostname ?? "",
      health_check_config: options.hostCheck,
    },
  }));
  return {
    name: "c",
    load_assignment: { cluster_name: "c", endpoints: [{ lb_endpoints: endpoints }] },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${TYPES}.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: { http_protocol_options: options.upstreamHttp1 ?? {} },
      },
    },
    ...options.cluster,
  };
}

function socketAddress({ host, port }: IpAddress): object {
  return { socket_address: { address: host, port_value: port } };
}

/** The fields of the first message in `text`, by name. */
export function fieldsOf(text: string): Map<string, string> {
  const lines = text.slice(0, text.indexOf("\r\n\r\n")).split("\r\n").slice(1);
  return new Map(lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 2)]));
}

export function statusOf(text: string): number {
  return Number(text.split(" ", 2)[1]);
}

/** What follows the first head. */
export function bodyOf(text: string): string {
  return text.slice(text.indexOf("\r\n\r\n") + 4);
}

/** Bytes in which every position is recognized, and none is what read memory is overwritten with. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i < length; i++) bytes[i] = (i * 7 + (i >> 8)) % POISON;
  return bytes;
}
