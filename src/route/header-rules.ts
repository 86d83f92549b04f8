import { applyHeaderRules, HeaderRule } from "../http/formatter/header-rule.js";
import type { LogContext } from "../http/formatter/log-context.js";
import type { HeaderMap } from "../http/headers/header-map.js";
import type { HeaderRuleListConfig } from "./header-rules-config.js";

/** What one level of a route adds to and removes from the headers of one direction. */
export class HeaderRuleList {
  private readonly removed: readonly string[];
  private readonly added: HeaderRule[] = [];

  constructor(config: HeaderRuleListConfig) {
    this.removed = config.remove;
    for (const entry of config.add) this.added.push(new HeaderRule(entry));
  }

  /** Removes first: values that are made of what is removed are empty. */
  apply(headers: HeaderMap, context: LogContext): void {
    for (let i = 0; i < this.removed.length; i++) headers.remove(this.removed[i] as string);
    if (this.added.length > 0) applyHeaderRules(this.added, headers, context);
  }
}

/** Applies the rules of several levels, in the order in which they were compiled. */
export function applyRuleLists(lists: readonly HeaderRuleList[], headers: HeaderMap, context: LogContext): void {
  for (let i = 0; i < lists.length; i++) (lists[i] as HeaderRuleList).apply(headers, context);
}
