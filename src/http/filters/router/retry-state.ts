import { drawUint53, type RandomSource } from "../../../common/random.js";
import type { RuntimeFraction } from "../../../common/runtime.js";
import type { ForwardAction } from "../../../route/forward-action.js";
import { grpcStatusCondition, type RetryConditions, retryConditionBit } from "../../../route/retry-on.js";
import type { RetryPolicy } from "../../../route/retry-policy.js";
import type { BackOffConfig } from "../../../route/retry-policy-config.js";
import type { StreamInfo } from "../../../stream-info/stream-info.js";
import type { Cluster } from "../../../upstream/cluster.js";
import type { ClusterStats } from "../../../upstream/cluster-stats.js";
import type { Resource } from "../../../upstream/resource-manager.js";
import type { ResetReason } from "../../codec/reset-reason.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { headerValue } from "../../headers/header-matcher.js";
import { BackOff, rateLimitedBackOffMs } from "./back-off.js";
import { countRetry } from "./request-counts.js";
import type { RetryDirectives } from "./request-directives.js";

/** Whether a response is one to try again: after a wait, or at once where there is nobody to be spared. */
type RetryWish = "no" | "backOff" | "atOnce";

export type RetryVerdict =
  | "retry"
  /** Nothing that the policy would retry. */
  | "no"
  /** It would, but the circuit breaker does not let it. */
  | "overflow"
  /** It would, but all retries are used up. */
  | "limitExceeded";

/** What retries depend on beside their request. `RouterContext` has it. */
export interface RetryContext {
  readonly random: RandomSource;
  /** Of policies that have none of their own, and of requests that ask for retries without a policy. */
  readonly retryBackOff: BackOffConfig;
  /** Of all retries that may be made, the share that is. */
  readonly retryShare: RuntimeFraction;
}

/** A request that no condition lets try again does not get a state. */
export function createRetryState(
  action: ForwardAction,
  directives: RetryDirectives | null,
  headers: HeaderMap,
  cluster: Cluster,
  info: StreamInfo,
  context: RetryContext,
): RetryState | null {
  const { retryPolicy: policy } = action;
  if (conditionsOf(policy, directives) === 0 || (policy !== null && !policy.allowsRequest(headers))) return null;
  return new RetryState(action, directives, headers, cluster, info, context);
}

function conditionsOf(policy: RetryPolicy | null, directives: RetryDirectives | null): RetryConditions {
  return (policy === null ? 0 : policy.config.retryOn) | (directives === null ? 0 : directives.retryOn);
}

/** Decides whether a request is tried again, and when. One for a request. Owner: `RouterFilter`. */
export class RetryState {
  private readonly policy: RetryPolicy | null;
  private readonly directives: RetryDirectives | null;
  private readonly conditions: RetryConditions;
  private readonly request: HeaderMap;
  private readonly stats: ClusterStats;
  private readonly info: StreamInfo;
  /** The circuit breaker of retries. */
  private readonly retries: Resource;
  private readonly random: RandomSource;
  private readonly share: RuntimeFraction;
  private readonly backOff: BackOff;
  private left: number;
  /** A retry is under way, and counted as such by the circuit breaker. */
  private retrying = false;
  private delay = 0;

  constructor(
    action: ForwardAction,
    directives: RetryDirectives | null,
    request: HeaderMap,
    cluster: Cluster,
    info: StreamInfo,
    context: RetryContext,
  ) {
    const { retryPolicy: policy } = action;
    this.policy = policy;
    this.directives = directives;
    this.conditions = conditionsOf(policy, directives);
    this.request = request;
    this.stats = cluster.stats;
    this.info = info;
    this.retries = cluster.resourcesOf(action.config.priority).retries;
    this.random = context.random;
    this.share = context.retryShare;
    this.backOff = new BackOff(policy?.config.backOff ?? context.retryBackOff, context.random);
    this.left = directives?.maxRetries ?? policy?.config.numRetries ?? DEFAULT_RETRIES;
  }

  /** After the verdict "retry": milliseconds to the next attempt. */
  get delayMs(): number {
    return this.delay;
  }

  /** A response began. */
  onResponseHeaders(headers: HeaderMap, wallClockMs: number): RetryVerdict {
    const wish = this.wishFor(headers);
    const verdict = this.decide(wish !== "no");
    if (verdict !== "retry") return verdict;
    if (wish === "atOnce") {
      this.delay = 0;
      return verdict;
    }
    const rateLimited = this.policy?.config.rateLimitedBackOff ?? null;
    const askedMs = rateLimited === null ? -1 : rateLimitedBackOffMs(rateLimited, headers, wallClockMs, this.random);
    if (askedMs >= 0) {
      this.delay = askedMs;
      this.stats.rqRetryBackOffRateLimited.inc();
    } else {
      this.backOffExponentially();
    }
    return verdict;
  }

  /** An attempt ended without a response. @param requestStarted whether it had a connection */
  onReset(reason: ResetReason, requestStarted: boolean): RetryVerdict {
    const verdict = this.decide(this.wouldRetryReset(reason, requestStarted));
    if (verdict === "retry") this.backOffExponentially();
    return verdict;
  }

  /** An attempt takes too long, and another is to be sent beside it: whatever the conditions are. */
  onHedge(): RetryVerdict {
    const verdict = this.decide(true);
    if (verdict === "retry") this.backOffExponentially();
    return verdict;
  }

  private backOffExponentially(): void {
    this.delay = this.backOff.next();
    this.stats.rqRetryBackOffExponential.inc();
  }

  private decide(wouldRetry: boolean): RetryVerdict {
    const { stats, info, retries } = this;
    if (this.retrying && !wouldRetry) countRetry(stats, info, "success");
    this.endRetry();
    if (!wouldRetry) return "no";
    if (this.left === 0) {
      countRetry(stats, info, "limitExceeded");
      return "limitExceeded";
    }
    this.left--;
    if (!retries.canCreate()) {
      countRetry(stats, info, "overflow");
      return "overflow";
    }
    if (!this.share.includes(drawUint53(this.random))) return "no";
    this.retrying = true;
    retries.inc();
    countRetry(stats, info, "retry");
    return "retry";
  }

  private endRetry(): void {
    if (this.retrying) this.retries.dec();
    this.retrying = false;
  }

  /** Whether a response is one that the conditions would have tried again. */
  wouldRetryResponse(headers: HeaderMap): boolean {
    return this.wishFor(headers) !== "no";
  }

  private wishFor(headers: HeaderMap): RetryWish {
    if (headers.has("x-envoy-ratelimited")) return this.has(ENVOY_RATE_LIMITED) ? "backOff" : "no";
    const { status } = headers;
    if (status >= 500 && status < 600 && this.has(FIVE_XX)) return "backOff";
    if (status >= 502 && status <= 504 && this.has(GATEWAY_ERROR)) return "backOff";
    if (status === 409 && this.has(RETRIABLE_4XX)) return "backOff";
    if (this.has(STATUS_CODES) && this.isRetriableStatus(status)) {
      if (status !== TOO_EARLY) return "backOff";
      // RFC 8470 5.2: only the client whose early data it was can tell whether it may be repeated.
      if (!this.request.has("early-data")) return "atOnce";
    }
    if (this.has(HEADERS) && this.isRetriableResponse(headers)) return "backOff";
    const grpcStatus = headers.get("grpc-status");
    return grpcStatus !== null && this.has(grpcStatusCondition(grpcStatus)) ? "backOff" : "no";
  }

  private isRetriableStatus(status: number): boolean {
    if (this.policy?.config.retriableStatusCodes.includes(status)) return true;
    return this.directives?.retriableStatusCodes.includes(status) ?? false;
  }

  private isRetriableResponse(headers: HeaderMap): boolean {
    if (this.policy?.isRetriableResponse(headers)) return true;
    for (const name of this.directives?.retriableHeaderNames ?? NO_NAMES) {
      if (headerValue(headers, name) !== null) return true;
    }
    return false;
  }

  private wouldRetryReset(reason: ResetReason, requestStarted: boolean): boolean {
    // The circuit breaker is there to keep load away.
    if (reason === "overflow") return false;
    if (!requestStarted && this.has(RESET_BEFORE_REQUEST)) return true;
    // A reset would become a 5xx.
    if (this.has(ANY_RESET)) return true;
    return CONNECT_FAILURES.includes(reason) && this.has(CONNECT_FAILURE);
  }

  private has(conditions: RetryConditions): boolean {
    return (this.conditions & conditions) !== 0;
  }

  /** The request is over. Idempotent. */
  destroy(): void {
    this.endRetry();
  }
}

const FIVE_XX = retryConditionBit("5xx");
const GATEWAY_ERROR = retryConditionBit("gateway-error");
const RETRIABLE_4XX = retryConditionBit("retriable-4xx");
const STATUS_CODES = retryConditionBit("retriable-status-codes");
const HEADERS = retryConditionBit("retriable-headers");
const ENVOY_RATE_LIMITED = retryConditionBit("envoy-ratelimited");
const RESET_BEFORE_REQUEST = retryConditionBit("reset-before-request");
const CONNECT_FAILURE = retryConditionBit("connect-failure");
const ANY_RESET = retryConditionBit("reset") | FIVE_XX | GATEWAY_ERROR;

const CONNECT_FAILURES: readonly ResetReason[] = [
  "local connection failure",
  "remote connection failure",
  "connection timeout",
];

const TOO_EARLY = 425;

const DEFAULT_RETRIES = 1;
const NO_NAMES: readonly string[] = [];
