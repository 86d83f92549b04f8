import type { Runtime } from "../common/runtime.js";
import type { LogContext } from "../http/formatter/log-context.js";
import { TextFormat } from "../http/formatter/substitution-format.js";
import { isGrpcRequest } from "../http/headers/grpc-request.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import { firstHeaderValue } from "../http/headers/header-matcher.js";
import { type MetadataMatchCriteria, mergeMetadataMatch } from "../upstream/metadata-match.js";
import { type ClusterPoliciesConfig, underPolicies } from "./cluster-policies.js";
import { cappedGrpcTimeoutMs } from "./grpc-timeout.js";
import { HashPolicy } from "./hash-policy.js";
import { MirrorPolicy } from "./mirror-policy.js";
import { pathOnly } from "./path-only.js";
import { compilePathRewriter, type PathRewriter } from "./path-rewriter.js";
import { RegexSubstitution } from "./regex-substitution.js";
import { RetryPolicy } from "./retry-policy.js";
import type {
  ForwardActionConfig,
  GrpcTimeoutConfig,
  HostRewriteConfig,
  MaxStreamDurationConfig,
  WeightedClusterConfig,
} from "./route-action-config.js";
import { type RequestTimeouts, routeTimeouts } from "./route-timeouts.js";
import { type ConnectConfig, connectOf, type RouteUpgradeConfig } from "./route-upgrade.js";

/** Sends requests to a cluster (`envoy.config.route.v3.RouteAction`). One for each cluster of a weighted route. */
export class ForwardAction {
  readonly kind = "forward";
  readonly config: ForwardActionConfig;
  /** Of requests that set none themselves. */
  readonly timeouts: RequestTimeouts;
  /** When a request is tried again; null for never. */
  readonly retryPolicy: RetryPolicy | null;
  readonly idleTimeoutMs: number | null;
  readonly maxStreamDuration: MaxStreamDurationConfig | null;
  /** The time of gRPC requests is their own; null where it is not. */
  private readonly grpcTimeout: GrpcTimeoutConfig | null;
  readonly clusterNotFoundStatus: number;
  readonly appendForwardedHost: boolean;
  /** The host is to be the upstream host's own name. */
  readonly autoHostRewrite: boolean;
  /** Null rewrites nothing. */
  readonly pathRewriter: PathRewriter | null;
  readonly upgrades: readonly RouteUpgradeConfig[];
  /** Tunnels that CONNECT asks for end here, and go on as TCP; null where they are for the upstream to make. */
  readonly connect: ConnectConfig | null;
  /** Null when requests are not copied. */
  readonly mirrorPolicies: readonly MirrorPolicy[] | null;
  /** Null when nothing of a request is hashed. */
  readonly hashPolicy: HashPolicy | null;
  readonly metadataMatch: MetadataMatchCriteria | null;
  private readonly clusterName: string;
  /** The request header that names the cluster; empty when the configuration does. */
  private readonly clusterHeader: string;
  private readonly hostRewrite: HostRewriteConfig;
  private readonly hostSubstitution: RegexSubstitution | null;
  private readonly hostFormat: TextFormat | null;
  private readonly runtime: Runtime;
  private readonly weighted: WeightedClusterConfig | null;
  /** This action for clusters with policies of their own, by cluster; null while none was asked for. */
  private variants: Map<string, ForwardAction> | null = null;

  /** @param weighted the one of the route's weighted clusters that this action is for; null without */
  // control plane: when configuration arrives
  constructor(config: ForwardActionConfig, runtime: Runtime, weighted: WeightedClusterConfig | null = null) {
    const cluster = weighted === null ? config.cluster : weighted.cluster;
    this.clusterName = cluster.kind === "name" ? cluster.name : "";
    this.clusterHeader = cluster.kind === "header" ? cluster.header : "";
    this.config = config;
    this.runtime = runtime;
    this.weighted = weighted;
    this.timeouts = routeTimeouts(config);
    this.upgrades = config.upgrades;
    this.connect = connectOf(config);
    this.retryPolicy = config.retryPolicy === null ? null : new RetryPolicy(config.retryPolicy);
    this.idleTimeoutMs = config.idleTimeoutMs;
    this.maxStreamDuration = config.maxStreamDuration;
    this.grpcTimeout = config.maxStreamDuration === null ? config.grpcTimeout : null;
    this.clusterNotFoundStatus = config.clusterNotFoundStatus;
    this.appendForwardedHost = config.appendForwardedHost;
    this.hostRewrite = hostRewriteOf(config, weighted);
    this.autoHostRewrite = this.hostRewrite.kind === "auto";
    this.hostSubstitution =
      this.hostRewrite.kind === "pathRegex" ? new RegexSubstitution(this.hostRewrite.substitution) : null;
    this.hostFormat = this.hostRewrite.kind === "format" ? new TextFormat(this.hostRewrite.text) : null;
    const mirrors = config.mirrorPolicies.map((mirror) => new MirrorPolicy(mirror, runtime));
    this.mirrorPolicies = mirrors.length === 0 ? null : mirrors;
    this.hashPolicy = config.hashPolicies.length === 0 ? null : new HashPolicy(config.hashPolicies);
    this.metadataMatch = mergeMetadataMatch(config.metadataMatch, weighted === null ? null : weighted.metadataMatch);
    this.pathRewriter = config.pathRewrite === null ? null : compilePathRewriter(config.pathRewrite);
  }

  /** This action with the policies of the cluster that a request goes to. Made when it is first asked for. */
  under(policies: ClusterPoliciesConfig): ForwardAction {
    this.variants ??= new Map();
    let variant = this.variants.get(policies.clusterName);
    if (variant === undefined) {
      variant = new ForwardAction(underPolicies(this.config, policies), this.runtime, this.weighted);
      this.variants.set(policies.clusterName, variant);
    }
    return variant;
  }

  /** `max_grpc_timeout` of the route: the upstream of a gRPC request gets to know what its time has become. */
  get limitsGrpcTimeout(): boolean {
    return this.grpcTimeout !== null;
  }

  /** The global timeout of a request that does not have that of `timeouts`, milliseconds; null for all others. */
  grpcTimeoutMs(headers: HeaderMap): number | null {
    if (this.grpcTimeout === null || !isGrpcRequest(headers)) return null;
    return cappedGrpcTimeoutMs(this.grpcTimeout, headers);
  }

  /** The cluster that a request goes to; empty, which no cluster is called, when its header does not name one. */
  cluster(headers: HeaderMap): string {
    return this.clusterHeader === "" ? this.clusterName : (firstHeaderValue(headers, this.clusterHeader) ?? "");
  }

  /** The host that a request gets before its upstream host is known; null leaves it. @param context what formats read */
  rewrittenHost(headers: HeaderMap, context: LogContext): string | null {
    const { hostRewrite } = this;
    switch (hostRewrite.kind) {
      case "none":
      case "auto":
        return null;
      case "literal":
        return hostRewrite.host;
      case "header":
        return nonEmpty(firstHeaderValue(headers, hostRewrite.header));
      case "pathRegex":
        return nonEmpty((this.hostSubstitution as RegexSubstitution).replaceAll(pathOnly(headers.path)));
      case "format":
        return nonEmpty((this.hostFormat as TextFormat).formatText(context));
    }
  }
}

function nonEmpty(text: string | null): string | null {
  return text === "" ? null : text;
}

function hostRewriteOf(config: ForwardActionConfig, weighted: WeightedClusterConfig | null): HostRewriteConfig {
  if (weighted === null || weighted.hostRewriteLiteral === "") return config.hostRewrite;
  return { kind: "literal", host: weighted.hostRewriteLiteral };
}
