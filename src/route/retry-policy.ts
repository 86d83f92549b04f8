import type { HeaderMap } from "../http/headers/header-map.js";
import { HeaderMatcher } from "../http/headers/header-matcher.js";
import type { HeaderMatcherConfig } from "../matching/string-matcher-config.js";
import type { RetryPolicyConfig } from "./retry-policy-config.js";

/** A retry policy, compiled: one for a route, shared by its requests. */
export class RetryPolicy {
  readonly config: RetryPolicyConfig;
  private readonly requestMatchers: readonly HeaderMatcher[];
  private readonly responseMatchers: readonly HeaderMatcher[];

  constructor(config: RetryPolicyConfig) {
    this.config = config;
    this.requestMatchers = compile(config.retriableRequestHeaders);
    this.responseMatchers = compile(config.retriableHeaders);
  }

  /** Whether a request may be tried again at all (`retriable_request_headers`). */
  allowsRequest(headers: HeaderMap): boolean {
    return this.requestMatchers.length === 0 || matchesAny(this.requestMatchers, headers);
  }

  /** Whether a response is one of those to try again (`retriable_headers`). */
  isRetriableResponse(headers: HeaderMap): boolean {
    return matchesAny(this.responseMatchers, headers);
  }
}

// control plane: when configuration arrives
function compile(configs: readonly HeaderMatcherConfig[]): HeaderMatcher[] {
  const matchers: HeaderMatcher[] = [];
  for (const config of configs) matchers.push(new HeaderMatcher(config));
  return matchers;
}

function matchesAny(matchers: readonly HeaderMatcher[], headers: HeaderMap): boolean {
  for (let i = 0; i < matchers.length; i++) if ((matchers[i] as HeaderMatcher).matches(headers)) return true;
  return false;
}
