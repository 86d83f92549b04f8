import type { HeaderMap } from "../headers/header-map.js";
import type { LogContext } from "./log-context.js";
import { TextFormat } from "./substitution-format.js";

/** What becomes of a field that is there already (`HeaderValueOption.HeaderAppendAction`). */
export type HeaderAppendAction = "append" | "addIfAbsent" | "overwriteOrAdd" | "overwriteIfExists";

/** A field that is added to a message (`envoy.config.core.v3.HeaderValueOption`). Plain frozen data. */
export interface HeaderRuleConfig {
  /** Lower case. */
  readonly name: string;
  /** Text with command operators, as in access logs. */
  readonly value: string;
  readonly action: HeaderAppendAction;
  /** Add the field also when its value is empty. */
  readonly keepEmptyValue: boolean;
}

/** Adds one field to messages; its value may speak of their stream. */
export class HeaderRule {
  private readonly name: string;
  private readonly value: TextFormat;
  private readonly action: HeaderAppendAction;
  private readonly keepEmptyValue: boolean;

  /** Throws `FormatError`: configuration checks the value first. */
  constructor(config: HeaderRuleConfig) {
    this.name = config.name;
    this.value = new TextFormat(config.value, true);
    this.action = config.action;
    this.keepEmptyValue = config.keepEmptyValue;
  }

  apply(headers: HeaderMap, context: LogContext): void {
    const value = this.value.formatText(context);
    if (value === "" && !this.keepEmptyValue) return;
    switch (this.action) {
      case "append":
        headers.add(this.name, value);
        return;
      case "addIfAbsent":
        if (!headers.has(this.name)) headers.add(this.name, value);
        return;
      case "overwriteOrAdd":
        headers.set(this.name, value);
        return;
      case "overwriteIfExists":
        if (headers.has(this.name)) headers.set(this.name, value);
    }
  }
}

/** Applies rules in their order. */
export function applyHeaderRules(rules: readonly HeaderRule[], headers: HeaderMap, context: LogContext): void {
  for (let i = 0; i < rules.length; i++) (rules[i] as HeaderRule).apply(headers, context);
}
