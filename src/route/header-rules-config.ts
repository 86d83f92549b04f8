import type { HeaderRuleConfig } from "../http/formatter/header-rule.js";

/** What one direction loses and gains. */
export interface HeaderRuleListConfig {
  /** Lower case. */
  readonly remove: readonly string[];
  readonly add: readonly HeaderRuleConfig[];
}

/** The header rules of one level: weighted cluster, route, virtual host or route configuration. */
export interface HeaderRulesConfig {
  /** Null where there are none. */
  readonly request: HeaderRuleListConfig | null;
  readonly response: HeaderRuleListConfig | null;
}
