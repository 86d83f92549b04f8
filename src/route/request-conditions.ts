import type { RuntimeFraction } from "../common/runtime.js";
import { cookieValue } from "../http/headers/cookie.js";
import type { HeaderMatcher } from "../http/headers/header-matcher.js";
import { queryParameter } from "../http/headers/query-string.js";
import type { StringMatcher } from "../matching/string-matcher.js";
import type { ValueMatcher } from "../matching/value-matcher.js";
import type { MatchInput } from "./match-input.js";
import type { ConditionDescription, RouteCondition } from "./route-condition.js";
import type { CookieMatchConfig, MetadataMatchConfig, TlsContextMatchConfig } from "./route-config.js";

/*
 * The conditions of a route beside its path (`envoy.config.route.v3.RouteMatch`), one class for each.
 */

/** `runtime_fraction` */
export class FractionCondition implements RouteCondition {
  private readonly fraction: RuntimeFraction;

  constructor(fraction: RuntimeFraction) {
    this.fraction = fraction;
  }

  matches(input: MatchInput): boolean {
    return this.fraction.includes(input.request.randomValue());
  }

  describe(): ConditionDescription {
    return { subject: "share", expected: this.fraction.describe(), field: "match.runtime_fraction" };
  }
}

const GRPC = "application/grpc";

/** `grpc`: by the content type. */
export class GrpcCondition implements RouteCondition {
  matches(input: MatchInput): boolean {
    const type = input.headers.get("content-type");
    if (type === null || !type.startsWith(GRPC)) return false;
    return type.length === GRPC.length || type[GRPC.length] === "+";
  }

  describe(): ConditionDescription {
    return { subject: "content-type", expected: `${GRPC} or ${GRPC}+...`, field: "match.grpc" };
  }
}

/** One of `headers` */
export class HeaderCondition implements RouteCondition {
  private readonly matcher: HeaderMatcher;
  private readonly index: number;

  constructor(matcher: HeaderMatcher, index: number) {
    this.matcher = matcher;
    this.index = index;
  }

  matches(input: MatchInput): boolean {
    return this.matcher.matchesValue(input.header(this.matcher.name));
  }

  describe(): ConditionDescription {
    return { subject: "header", expected: this.matcher.describe(), field: `match.headers[${this.index}]` };
  }
}

/** One of `query_parameters`, by its value. */
export class QueryValueCondition implements RouteCondition {
  private readonly name: string;
  private readonly matcher: StringMatcher;
  private readonly index: number;

  constructor(name: string, matcher: StringMatcher, index: number) {
    this.name = name;
    this.matcher = matcher;
    this.index = index;
  }

  matches(input: MatchInput): boolean {
    const value = queryParameter(input.headers.path, this.name);
    return value !== null && this.matcher.matches(value);
  }

  describe(): ConditionDescription {
    return describeQuery(this.name, this.matcher.describe(), this.index);
  }
}

/** One of `query_parameters`, by its being there or not. */
export class QueryPresenceCondition implements RouteCondition {
  private readonly name: string;
  private readonly present: boolean;
  private readonly index: number;

  constructor(name: string, present: boolean, index: number) {
    this.name = name;
    this.present = present;
    this.index = index;
  }

  matches(input: MatchInput): boolean {
    return (queryParameter(input.headers.path, this.name) !== null) === this.present;
  }

  describe(): ConditionDescription {
    return describeQuery(this.name, this.present ? "present" : "absent", this.index);
  }
}

function describeQuery(name: string, expected: string, index: number): ConditionDescription {
  return { subject: "query parameter", expected: `${name}: ${expected}`, field: `match.query_parameters[${index}]` };
}

/** `tls_context`: a connection without TLS has presented nothing. */
export class TlsCondition implements RouteCondition {
  private readonly config: TlsContextMatchConfig;

  constructor(config: TlsContextMatchConfig) {
    this.config = config;
  }

  matches(input: MatchInput): boolean {
    const tls = input.request.streamInfo.downstreamTls;
    const { presented, validated } = this.config;
    if (presented !== null && presented !== (tls?.peerCertificatePresented ?? false)) return false;
    return validated === null || validated === (tls?.peerCertificateValidated ?? false);
  }

  describe(): ConditionDescription {
    const { presented, validated } = this.config;
    const parts: string[] = [];
    if (presented !== null) parts.push(presented ? "presented" : "not presented");
    if (validated !== null) parts.push(validated ? "validated" : "not validated");
    return { subject: "client certificate", expected: parts.join(" and "), field: "match.tls_context" };
  }
}

/** One of `dynamic_metadata` */
export class MetadataCondition implements RouteCondition {
  private readonly config: MetadataMatchConfig;
  private readonly matcher: ValueMatcher;
  private readonly index: number;

  constructor(config: MetadataMatchConfig, matcher: ValueMatcher, index: number) {
    this.config = config;
    this.matcher = matcher;
    this.index = index;
  }

  matches(input: MatchInput): boolean {
    const { namespace, path, invert } = this.config;
    const value = input.request.streamInfo.dynamicMetadata?.get(namespace, path);
    return this.matcher.matches(value) !== invert;
  }

  describe(): ConditionDescription {
    const { namespace, path, invert } = this.config;
    const expected = `${[namespace, ...path].join(":")}: ${invert ? "not " : ""}${this.matcher.describe()}`;
    return { subject: "dynamic metadata", expected, field: `match.dynamic_metadata[${this.index}]` };
  }
}

/** One of `filter_state` */
export class FilterStateCondition implements RouteCondition {
  private readonly key: string;
  private readonly matcher: StringMatcher;
  private readonly index: number;

  constructor(key: string, matcher: StringMatcher, index: number) {
    this.key = key;
    this.matcher = matcher;
    this.index = index;
  }

  matches(input: MatchInput): boolean {
    const value = input.request.streamInfo.filterState?.get(this.key);
    return value !== undefined && this.matcher.matches(value);
  }

  describe(): ConditionDescription {
    const expected = `${this.key}: ${this.matcher.describe()}`;
    return { subject: "filter state", expected, field: `match.filter_state[${this.index}]` };
  }
}

/** One of `cookies`: the first of its name. */
export class CookieCondition implements RouteCondition {
  private readonly config: CookieMatchConfig;
  private readonly matcher: StringMatcher;
  private readonly index: number;

  constructor(config: CookieMatchConfig, matcher: StringMatcher, index: number) {
    this.config = config;
    this.matcher = matcher;
    this.index = index;
  }

  matches(input: MatchInput): boolean {
    const { name, invert } = this.config;
    const value = cookieValue(input.headers, name);
    return (value !== null && this.matcher.matches(value)) !== invert;
  }

  describe(): ConditionDescription {
    const { name, invert } = this.config;
    const expected = `${name}: ${invert ? "not " : ""}${this.matcher.describe()}`;
    return { subject: "cookie", expected, field: `match.cookies[${this.index}]` };
  }
}
