import type { ConfigLookup, ConfigPlace } from "../../config/config-lookup.js";
import type { ExplainedPlace, Setting } from "./explanation.js";

/** Where in the configuration the parts are that a request meets; empty for those it does not. */
export interface ConfigPaths {
  readonly manager: string;
  readonly routeConfig: string;
  readonly virtualHost: string;
  readonly route: string;
  /** One of the route's weighted clusters. */
  readonly weightedCluster: string;
  readonly cluster: string;
}

interface SettingRule {
  readonly name: string;
  /** From the most specific place to the most general; the first that is set counts. */
  readonly from: readonly (readonly [part: keyof ConfigPaths, field: string])[];
  /** What holds when nobody sets it. */
  readonly otherwise: string;
}

const OPTIONS = `typed_extension_protocol_options["envoy.extensions.upstreams.http.v3.HttpProtocolOptions"]`;

const ROUTE_RULES: readonly SettingRule[] = [
  {
    name: "idle timeout",
    from: [
      ["route", "route.idle_timeout"],
      ["manager", "stream_idle_timeout"],
    ],
    otherwise: "300s",
  },
  {
    name: "max stream duration",
    from: [
      ["route", "route.max_stream_duration.max_stream_duration"],
      ["manager", "common_http_protocol_options.max_stream_duration"],
    ],
    otherwise: "none",
  },
  {
    name: "max stream duration upstream",
    from: [
      ["cluster", `${OPTIONS}.common_http_protocol_options.max_stream_duration`],
      ["cluster", "common_http_protocol_options.max_stream_duration"],
    ],
    otherwise: "none",
  },
  { name: "connect timeout", from: [["cluster", "connect_timeout"]], otherwise: "5s" },
];

const MANAGER_RULES: readonly SettingRule[] = [
  { name: "request headers timeout", from: [["manager", "request_headers_timeout"]], otherwise: "none" },
  { name: "request timeout", from: [["manager", "request_timeout"]], otherwise: "none" },
];

/** Timeouts and retries in force, and the line that sets each. */
export function settingsOf(paths: ConfigPaths, lookup: ConfigLookup): Setting[] {
  const isForwarded = paths.cluster !== "";
  const ofManager = MANAGER_RULES.map((rule) => settingOf(rule, paths, lookup));
  if (!isForwarded) return ofManager;
  const ofRoute = ROUTE_RULES.map((rule) => settingOf(rule, paths, lookup));
  return [...ofManager, timeoutOf(paths, lookup), ...ofRoute, hedgingOf(paths, lookup), ...retriesOf(paths, lookup)];
}

function settingOf({ name, from, otherwise }: SettingRule, paths: ConfigPaths, lookup: ConfigLookup): Setting {
  for (const [part, field] of from) {
    const found = paths[part] === "" ? null : lookup.find(`${paths[part]}.${field}`);
    if (found !== null) return { name, text: found.value, place: placeOf(found) };
  }
  return { name, text: otherwise, place: null };
}

/** The timeout of the route; the duration of the stream takes its place where the route sets one. */
function timeoutOf({ route }: ConfigPaths, lookup: ConfigLookup): Setting {
  const name = "timeout";
  const duration = lookup.find(`${route}.route.max_stream_duration`);
  if (duration !== null) return { name, text: "none, max_stream_duration takes its place", place: placeOf(duration) };
  const found = lookup.find(`${route}.route.timeout`);
  return found === null ? { name, text: "15s", place: null } : { name, text: found.value, place: placeOf(found) };
}

/** The policy of the route, or else that of the virtual host as a whole. */
function hedgingOf(paths: ConfigPaths, lookup: ConfigLookup): Setting {
  const name = "hedge on per try timeout";
  const policies = [`${paths.route}.route.hedge_policy`, `${paths.virtualHost}.hedge_policy`];
  const policy = policies.find((path) => lookup.find(path) !== null);
  const found = policy === undefined ? null : lookup.find(`${policy}.hedge_on_per_try_timeout`);
  if (found === null) return { name, text: "no", place: null };
  return { name, text: found.value === "true" ? "yes" : "no", place: placeOf(found) };
}

/** The policy of the cluster, of the route, of the virtual host: one replaces the other as a whole. */
function retriesOf(paths: ConfigPaths, lookup: ConfigLookup): Setting[] {
  const policies = [
    `${paths.cluster}.${OPTIONS}.retry_policy`,
    `${paths.route}.route.retry_policy`,
    `${paths.virtualHost}.retry_policy`,
  ];
  const policy = policies.find((path) => lookup.find(path) !== null);
  if (policy === undefined) return [{ name: "retries", text: "none", place: null }];
  return lookup.leaves(policy).map((leaf) => ({
    name: leaf.path.slice(policy.length - "retry_policy".length),
    text: leaf.value,
    place: placeOf(leaf),
  }));
}

export function placeOf({ path, position }: ConfigPlace): ExplainedPlace {
  return { ...position, path };
}
