import { HeaderMap } from "../../../src/http/headers/header-map.js";
import type { RouteRequest } from "../../../src/route/match-input.js";
import { routeConfig, routeEntry, virtualHost } from "../../../src/route/route.test.support.js";
import type { RouteMatchConfig } from "../../../src/route/route-config.js";
import { RouteTable } from "../../../src/route/route-table.js";
import { StreamInfo } from "../../../src/stream-info/stream-info.js";

/*
 * Nanoseconds of CPU time to find the route of a request, by the number of routes and by how they are told apart. Run it:
 * node dist/bench/micro/route/route-table.js
 */

const ROUNDS = 15;
const SIZES = [10, 1_000, 10_000];
const REQUESTS = 1_000;
/** A round takes about so long, whatever one match costs. */
const ROUND_MS = 20;

interface Kind {
  readonly name: string;
  readonly match: (route: number) => Partial<RouteMatchConfig>;
  /** What a request has to have for a route. */
  readonly path: (route: number) => string;
  readonly header: (route: number) => string;
}

const exactPath = (route: number): string => `/api/v${route % 7}/resources/${route}`;
const prefixPath = (route: number): string => `/services/service-${route}/`;
const plainHeader = (): string => "";

const KINDS: readonly Kind[] = [
  {
    name: "exact",
    match: (route) => ({ path: { kind: "path", value: exactPath(route) } }),
    path: (route) => `${exactPath(route)}?page=${route}`,
    header: plainHeader,
  },
  {
    name: "prefix",
    match: (route) => ({ path: { kind: "prefix", value: prefixPath(route) } }),
    path: (route) => `${prefixPath(route)}items/${route}?page=2`,
    header: plainHeader,
  },
  {
    name: "prefix and header",
    match: (route) => ({ path: { kind: "prefix", value: prefixPath(route >> 1) }, headers: [headerMatch(route)] }),
    path: (route) => `${prefixPath(route >> 1)}items?page=2`,
    header: (route) => `tenant-${route}`,
  },
  {
    name: "header only",
    match: (route) => ({ path: { kind: "prefix", value: "/" }, headers: [headerMatch(route)] }),
    path: () => "/items?page=2",
    header: (route) => `tenant-${route}`,
  },
];

function headerMatch(route: number): RouteMatchConfig["headers"][number] {
  const matcher = { kind: "exact", value: `tenant-${route}`, ignoreCase: false } as const;
  return { name: "x-tenant", value: { kind: "string", matcher }, invert: false, treatMissingAsEmpty: false };
}

function tableOf(kind: Kind, size: number): RouteTable {
  const routes = Array.from({ length: size }, (_, route) => routeEntry(String(route), kind.match(route)));
  return new RouteTable(routeConfig([virtualHost(routes)]));
}

function requestOf(kind: Kind, route: number): RouteRequest {
  const headers = new HeaderMap();
  headers.method = "GET";
  // As from a parser: a string of its own.
  headers.path = Buffer.from(kind.path(route)).toString("latin1");
  headers.authority = "api.example.com";
  for (let i = 0; i < 6; i++) headers.add(`x-filler-${i}`, "value");
  const tenant = kind.header(route);
  if (tenant !== "") headers.add("x-tenant", tenant);
  return { requestHeaders: headers, streamInfo: new StreamInfo(1, 1, "HTTP/1.1", 0, 0), randomValue: () => 0 };
}

let found = 0;

/** Nanoseconds a match. */
function round(table: RouteTable, requests: readonly RouteRequest[], count: number): number {
  const start = process.cpuUsage();
  for (let i = 0; i < count; i++) {
    if (table.match(requests[i % requests.length] as RouteRequest) !== null) found++;
  }
  return (process.cpuUsage(start).user * 1e3) / count;
}

function median(table: RouteTable, requests: readonly RouteRequest[]): number {
  let count = 64;
  while (round(table, requests, count) * count < ROUND_MS * 1e6) count *= 2;
  const times = Array.from({ length: ROUNDS }, () => round(table, requests, count)).sort((a, b) => a - b);
  return times[ROUNDS >> 1] as number;
}

console.log(
  `${"".padEnd(20)}${"routes".padStart(8)}${"first".padStart(10)}${"middle".padStart(10)}${"any".padStart(10)}`,
);
for (const kind of KINDS) {
  for (const size of SIZES) {
    const table = tableOf(kind, size);
    const any = Array.from({ length: REQUESTS }, (_, index) => requestOf(kind, (index * 7_919) % size));
    const columns = [
      median(table, [requestOf(kind, 0)]),
      median(table, [requestOf(kind, size >> 1)]),
      median(table, any),
    ];
    const text = columns.map((time) => `${time.toFixed(0)} ns`.padStart(10)).join("");
    console.log(`${kind.name.padEnd(20)}${String(size).padStart(8)}${text}`);
  }
}
console.log(`(${found} found)`);
