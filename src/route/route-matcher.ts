import type { Runtime } from "../common/runtime.js";
import { HeaderMatcher } from "../http/headers/header-matcher.js";
import { compileStringMatcher } from "../matching/string-matcher.js";
import { compileValueMatcher } from "../matching/value-matcher.js";
import type { MatchInput } from "./match-input.js";
import { compilePathCondition } from "./path-condition.js";
import {
  CookieCondition,
  FilterStateCondition,
  FractionCondition,
  GrpcCondition,
  HeaderCondition,
  MetadataCondition,
  QueryPresenceCondition,
  QueryValueCondition,
  TlsCondition,
} from "./request-conditions.js";
import type { RouteCondition } from "./route-condition.js";
import type { QueryParameterMatchConfig, RouteMatchConfig } from "./route-config.js";

/**
 * All conditions of one route. The path comes first: it costs least and decides most. Behind it they stand in Envoy's
 * order; since no condition has an effect, the order is only seen in what an explanation names first.
 */
export class RouteMatcher {
  private readonly path: RouteCondition;
  private readonly others: readonly RouteCondition[];

  /** Throws on a bad pattern: configuration checks it first. */
  constructor(config: RouteMatchConfig, runtime: Runtime) {
    this.path = compilePathCondition(config);
    this.others = compileConditions(config, runtime);
  }

  /** Whether the path alone decides. */
  get isPathOnly(): boolean {
    return this.others.length === 0;
  }

  matches(input: MatchInput): boolean {
    if (!this.path.matches(input)) return false;
    const { others } = this;
    for (let i = 0; i < others.length; i++) if (!(others[i] as RouteCondition).matches(input)) return false;
    return true;
  }

  /** The first condition that is not met, null when all are. */
  firstFailure(input: MatchInput): RouteCondition | null {
    if (!this.path.matches(input)) return this.path;
    for (const condition of this.others) if (!condition.matches(input)) return condition;
    return null;
  }
}

function compileConditions(config: RouteMatchConfig, runtime: Runtime): RouteCondition[] {
  const conditions: RouteCondition[] = [];
  if (config.runtimeFraction !== null) {
    conditions.push(new FractionCondition(runtime.fraction(config.runtimeFraction)));
  }
  if (config.grpc) conditions.push(new GrpcCondition());
  for (const [index, header] of config.headers.entries()) {
    conditions.push(new HeaderCondition(new HeaderMatcher(header), index));
  }
  for (const [index, parameter] of config.queryParameters.entries()) {
    conditions.push(compileQueryCondition(parameter, index));
  }
  if (config.tlsContext !== null) conditions.push(new TlsCondition(config.tlsContext));
  for (const [index, metadata] of config.dynamicMetadata.entries()) {
    conditions.push(new MetadataCondition(metadata, compileValueMatcher(metadata.value), index));
  }
  for (const [index, state] of config.filterState.entries()) {
    conditions.push(new FilterStateCondition(state.key, compileStringMatcher(state.matcher), index));
  }
  for (const [index, cookie] of config.cookies.entries()) {
    conditions.push(new CookieCondition(cookie, compileStringMatcher(cookie.matcher), index));
  }
  return conditions;
}

function compileQueryCondition(config: QueryParameterMatchConfig, index: number): RouteCondition {
  const { name, value } = config;
  if (value.kind === "present") return new QueryPresenceCondition(name, value.present, index);
  return new QueryValueCondition(name, compileStringMatcher(value.matcher), index);
}
