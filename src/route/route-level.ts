import type { FilterOverrideConfig } from "./filter-override-config.js";
import { HeaderRuleList } from "./header-rules.js";
import type { HeaderRulesConfig } from "./header-rules-config.js";

/** What a weighted cluster, a route, a virtual host and a route configuration can each say of requests. */
export interface RouteLevelConfig {
  readonly headerRules: HeaderRulesConfig | null;
  readonly filterOverrides: readonly FilterOverrideConfig[];
}

/** One level, compiled; shared by all routes below it. */
export class RouteLevel {
  /** Null where there are none. */
  readonly requestRules: HeaderRuleList | null;
  readonly responseRules: HeaderRuleList | null;
  readonly filterOverrides: readonly FilterOverrideConfig[];

  constructor(config: RouteLevelConfig) {
    const rules = config.headerRules;
    this.requestRules = rules === null || rules.request === null ? null : new HeaderRuleList(rules.request);
    this.responseRules = rules === null || rules.response === null ? null : new HeaderRuleList(rules.response);
    this.filterOverrides = config.filterOverrides;
  }
}

/** The levels that a route is in, the most specific one first. */
export type RouteLevels = readonly RouteLevel[];

/** The rules of all levels in the order in which they apply; null when there are none. */
// control plane: when configuration arrives
export function requestRulesOf(levels: RouteLevels): readonly HeaderRuleList[] | null {
  return rulesOf(levels.map((level) => level.requestRules));
}

// control plane: when configuration arrives
export function responseRulesOf(levels: RouteLevels): readonly HeaderRuleList[] | null {
  return rulesOf(levels.map((level) => level.responseRules));
}

function rulesOf(lists: readonly (HeaderRuleList | null)[]): readonly HeaderRuleList[] | null {
  const rules: HeaderRuleList[] = [];
  for (const list of lists) if (list !== null) rules.push(list);
  return rules.length === 0 ? null : rules;
}
