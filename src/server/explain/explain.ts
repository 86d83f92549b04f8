import type { ConfigLookup } from "../../config/config-lookup.js";
import type { RuntimeConfig } from "../../config/runtime-config.js";
import { addressText } from "../../network/address.js";
import { FilterChainMatcher } from "../../network/filter-chain-matcher.js";
import type { ListenerConfig } from "../../network/listener-config.js";
import type { RouteExplanation } from "../../route/route-table.js";
import { type DryRun, type DryRunRequest, dryRun, type UpstreamRequestSeen } from "./dry-run.js";
import { type ExplainRequest, resolveRequest } from "./explain-request.js";
import type { Explained, ExplainedPlace, Explanation, Outcome, PassedOver, UpstreamSide } from "./explanation.js";
import { explainFilters, filterListOf } from "./filter-origin.js";
import { explainHeaders } from "./header-origin.js";
import type { HttpHead } from "./http-head.js";
import { type ConfigPaths, placeOf, settingsOf } from "./settings.js";

/** A configuration, and the way back to its lines. */
export interface ExplainSource {
  readonly config: RuntimeConfig;
  readonly lookup: ConfigLookup;
}

/** Explains which way a request takes. Throws `ExplainRequestError` for what cannot be a request. */
export function explain(request: ExplainRequest, { config, lookup }: ExplainSource): Explanation {
  const { listener, sent } = resolveRequest(request, config);
  const run = dryRun(config, listener, sent);
  return new Explainer(config, lookup, listener, sent, run).explanation();
}

class Explainer {
  private readonly lookup: ConfigLookup;
  private readonly listener: ListenerConfig;
  private readonly sent: DryRunRequest;
  private readonly run: DryRun;
  private readonly listenerPath: string;
  private readonly chainPath: string;
  /** The last look into the route table: the one that counts. */
  private readonly decision: RouteExplanation | null;
  private readonly paths: ConfigPaths;

  constructor(config: RuntimeConfig, lookup: ConfigLookup, listener: ListenerConfig, sent: DryRunRequest, run: DryRun) {
    this.lookup = lookup;
    this.listener = listener;
    this.sent = sent;
    this.run = run;
    this.decision = run.lookups.at(-1)?.explanation ?? null;
    this.listenerPath = `static_resources.listeners[${config.listeners.indexOf(listener)}]`;
    this.chainPath = this.findChain();
    this.paths = this.findPaths();
  }

  explanation(): Explanation {
    const { run, sent, paths, lookup } = this;
    const [upstream = null, ...others] = run.upstreams;
    const asked = run.lookups.at(-1);
    return {
      request: { method: sent.method, authority: hostOf(sent.fields), path: sent.target, headers: sent.fields },
      listener: this.explained(`${this.listener.name}, ${addressText(this.listener.address)}`, this.listenerPath),
      filterChain: this.chainPath === "" ? null : this.explained(this.chainText(), this.chainPath),
      asked: asked === undefined ? null : { authority: asked.authority, path: asked.path },
      virtualHost: this.virtualHost(),
      domains: asked === undefined || this.decision?.virtualHost !== null ? [] : this.domains(),
      matched: this.matched(),
      passed: this.passed(),
      route: this.route(),
      filters: explainFilters(filterListOf(sent, run, paths, lookup), paths, lookup),
      cluster: run.cluster === "" ? null : this.explained(run.cluster, paths.cluster),
      weight: this.weight(),
      upstream: upstream === null ? null : this.upstreamSide(upstream),
      otherUpstreams: others.map((other) => this.upstreamSide(other)),
      reply: upstream === null ? this.reply() : null,
      responseHeaders: upstream === null || run.response === null ? [] : this.responseHeaders(run.response),
      settings: settingsOf(paths, lookup),
      outcome: this.outcome(),
    };
  }

  private weight(): Explained | null {
    const { weightedCluster, route } = this.paths;
    const weight = weightedCluster === "" ? null : this.lookup.find(`${weightedCluster}.weight`);
    if (weight === null) return null;
    const list = `${route}.route.weighted_clusters.clusters`;
    let total = 0;
    for (let i = 0; i < this.lookup.length(list); i++) {
      total += Number(this.lookup.find(`${list}[${i}].weight`)?.value ?? 0);
    }
    return this.explained(`${weight.value} of ${total}`, weightedCluster);
  }

  private outcome(): Outcome {
    const { run, decision } = this;
    const [upstream] = run.upstreams;
    const location = run.response?.fields.find(([name]) => name === "location");
    return {
      cluster_name: run.cluster,
      virtual_cluster_name: run.virtualCluster,
      virtual_host_name: decision?.virtualHost?.name ?? "",
      route_name: decision?.route?.name ?? "",
      path_rewrite: upstream?.head.startLine.split(" ")[1] ?? "",
      host_rewrite: upstream === undefined ? "" : hostOf(upstream.head.fields),
      path_redirect: upstream === undefined && location !== undefined ? location[1] : "",
    };
  }

  private matched(): Explained[] {
    return (this.decision?.steps ?? []).map(({ field, asked, met }) => {
      const text = met ? asked : `${asked}: not met`;
      return this.explained(text, `${this.paths.virtualHost}.matcher.${field}`);
    });
  }

  private explained(text: string, path: string): Explained {
    return { text, place: this.placeAt(path) };
  }

  private placeAt(path: string): ExplainedPlace | null {
    const found = path === "" ? null : this.lookup.find(path);
    return found === null ? null : placeOf(found);
  }

  /** Empty when none takes the connection. */
  private findChain(): string {
    const { filterChains, defaultFilterChain } = this.listener;
    const { client, destination } = this.sent;
    const chain = new FilterChainMatcher(filterChains, defaultFilterChain).match({
      destinationHost: destination.kind === "ip" ? destination.host : "",
      destinationPort: destination.kind === "ip" ? destination.port : 0,
      sourceHost: client.kind === "ip" ? client.host : "",
      sourcePort: client.kind === "ip" ? client.port : 0,
    });
    if (chain === null) return "";
    if (chain === defaultFilterChain) return `${this.listenerPath}.default_filter_chain`;
    return `${this.listenerPath}.filter_chains[${filterChains.indexOf(chain)}]`;
  }

  private chainText(): string {
    const name = this.lookup.find(`${this.chainPath}.name`)?.value ?? "";
    return name === "" ? this.chainPath.slice(this.listenerPath.length + 1) : name;
  }

  private findPaths(): ConfigPaths {
    const filters = `${this.chainPath}.filters`;
    const manager = `${filters}[${Math.max(0, this.lookup.length(filters) - 1)}].typed_config`;
    const routeConfig = this.routeConfigPath(manager);
    const { virtualHost, route, cluster } = {
      virtualHost: this.virtualHostPath(routeConfig),
      route: this.decision?.route?.configPath ?? "",
      cluster: this.itemNamed("static_resources.clusters", this.run.cluster),
    };
    const weighted = route === "" ? "" : this.itemNamed(`${route}.route.weighted_clusters.clusters`, this.run.cluster);
    return { manager, routeConfig, virtualHost, route, weightedCluster: weighted, cluster };
  }

  /** Where the table stands that was asked: that of the scope, where there are scopes. */
  private routeConfigPath(manager: string): string {
    const table = /^(.*)\.virtual_hosts\[/.exec(this.decision?.route?.configPath ?? "");
    return table?.[1] ?? `${manager}.route_config`;
  }

  private virtualHostPath(routeConfig: string): string {
    const name = this.decision?.virtualHost?.name;
    return name === undefined ? "" : this.itemNamed(`${routeConfig}.virtual_hosts`, name);
  }

  private itemNamed(list: string, name: string): string {
    if (name === "") return "";
    for (let i = 0; i < this.lookup.length(list); i++) {
      if (this.lookup.find(`${list}[${i}].name`)?.value === name) return `${list}[${i}]`;
    }
    return "";
  }

  private virtualHost(): Explained | null {
    const { decision } = this;
    if (decision === null || decision.virtualHost === null) return null;
    return this.explained(`${decision.virtualHost.name}, by its domain "${decision.domain}"`, this.paths.virtualHost);
  }

  private domains(): string[] {
    const hosts = `${this.paths.routeConfig}.virtual_hosts`;
    const lists = Array.from({ length: this.lookup.length(hosts) }, (_, index) => `${hosts}[${index}].domains`);
    return lists.flatMap((list) =>
      Array.from(
        { length: this.lookup.length(list) },
        (_, index) => this.lookup.find(`${list}[${index}]`)?.value ?? "",
      ),
    );
  }

  private passed(): PassedOver[] {
    return (this.decision?.passed ?? []).map(({ route, failed }) => {
      const place = this.placeAt(`${route.configPath}.${failed.field}`) ?? this.placeAt(route.configPath);
      return { text: this.routeText(route), subject: failed.subject, expected: failed.expected, place };
    });
  }

  private route(): Explained | null {
    const route = this.decision?.route ?? null;
    return route === null ? null : this.explained(this.routeText(route), route.configPath);
  }

  /** Its name, else its place in the list. */
  private routeText({ name, configPath }: { readonly name: string; readonly configPath: string }): string {
    return name === "" ? (/[^.]*$/.exec(configPath)?.[0] ?? configPath) : name;
  }

  private upstreamSide({ address, head }: UpstreamRequestSeen): UpstreamSide {
    const [method = "", path = ""] = head.startLine.split(" ");
    const headers = explainHeaders(this.sent.fields, head.fields, "request", this.paths, this.lookup);
    return { address, method, path, host: hostOf(head.fields), headers };
  }

  private reply(): Explanation["reply"] {
    const { response, responseDetails, responseFlags, tunnel } = this.run;
    if (response === null) return null;
    const status = Number(response.startLine.split(" ")[1]);
    return { status, details: responseDetails, flags: responseFlags, tunnel, headers: response.fields };
  }

  private responseHeaders(response: HttpHead): ReturnType<typeof explainHeaders> {
    const ofTheHost = [["content-length", "0"]] as const;
    return explainHeaders(ofTheHost, response.fields, "response", this.paths, this.lookup);
  }
}

function hostOf(fields: HttpHead["fields"]): string {
  return fields.find(([name]) => name === "host")?.[1] ?? "";
}
