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

const ROUTE_RULES: readonly SettingRule[] = [
  { name: "timeout", from: [["route", "route.timeout"]], otherwise: "15s" },
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
  { name: "connect timeout", from: [["cluster", "connect_timeout"]], otherwise: "5s" },
];

const MANAGER_RULES: readonly SettingRule[] = [
  { name: "request headers timeout", from: [["manager", "request_headers_timeout"]], otherwise: "none" },
  { name: "request timeout", from: [["manager", "request_timeout"]], otherwise: "none" },
];

/** Timeouts and retries in force, and the line that sets each. */
export function settingsOf(paths: ConfigPaths, lookup: ConfigLookup): Setting[] {
  const isForwarded = paths.cluster !== "";
  const rules = isForwarded ? [...MANAGER_RULES, ...ROUTE_RULES] : MANAGER_RULES;
  return [...rules.map((rule) => settingOf(rule, paths, lookup)), ...(isForwarded ? retriesOf(paths, lookup) : [])];
}

function settingOf({ name, from, otherwise }: SettingRule, paths: ConfigPaths, lookup: ConfigLookup): Setting {
  for (const [part, field] of from) {
    const found = paths[part] === "" ? null : lookup.find(`${paths[part]}.${field}`);
    if (found !== null) return { name, text: found.value, place: placeOf(found) };
  }
  return { name, text: otherwise, place: null };
}

/** A route's policy replaces that of its virtual host as a whole. */
function retriesOf(paths: ConfigPaths, lookup: ConfigLookup): Setting[] {
  const policies = [`${paths.route}.route.retry_policy`, `${paths.virtualHost}.retry_policy`];
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
