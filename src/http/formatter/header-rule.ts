import type { HeaderMap } from "../headers/header-map.js";
import { isFieldValue } from "../headers/header-syntax.js";
import { isListHeader, listSeparator } from "../headers/list-header.js";
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
  readonly overwrites: boolean;
  private readonly name: string;
  private readonly format: TextFormat;
  private readonly action: HeaderAppendAction;
  private readonly keepEmptyValue: boolean;

  /** Throws `FormatError`: configuration checks the value first. */
  constructor(config: HeaderRuleConfig) {
    this.name = config.name;
    this.format = new TextFormat(config.value, true);
    this.action = config.action;
    this.overwrites = config.action === "overwriteOrAdd" || config.action === "overwriteIfExists";
    this.keepEmptyValue = config.keepEmptyValue;
  }

  /** The value for a message; null when it gets none. */
  valueFor(headers: HeaderMap, context: LogContext): string | null {
    if (this.action === "addIfAbsent" && headers.has(this.name)) return null;
    if (this.action === "overwriteIfExists" && !headers.has(this.name)) return null;
    const value = this.format.formatText(context);
    if (value === "") return this.keepEmptyValue ? value : null;
    // Operators give what others sent or filters left, which may not be fit for a header.
    return this.format.constant !== null || isFieldValue(value) ? value : null;
  }

  put(headers: HeaderMap, value: string): void {
    const { name } = this;
    const before = !this.overwrites && isListHeader(name) ? headers.getJoined(name) : null;
    if (before !== null && before !== "") headers.set(name, `${before}${listSeparator(name)}${value}`);
    else if (this.overwrites || before !== null) headers.set(name, value);
    else headers.add(name, value);
  }
}

/**
 * Applies the rules of one list as Envoy does: all values are made of the headers as they are before, and those that
 * overwrite come first.
 */
export function applyHeaderRules(rules: readonly HeaderRule[], headers: HeaderMap, context: LogContext): void {
  if (rules.length === 1) {
    const rule = rules[0] as HeaderRule;
    const value = rule.valueFor(headers, context);
    if (value !== null) rule.put(headers, value);
    return;
  }
  const values: (string | null)[] = [];
  for (let i = 0; i < rules.length; i++) values.push((rules[i] as HeaderRule).valueFor(headers, context));
  putAll(rules, values, headers, true);
  putAll(rules, values, headers, false);
}

function putAll(
  rules: readonly HeaderRule[],
  values: readonly (string | null)[],
  headers: HeaderMap,
  overwriting: boolean,
): void {
  for (let i = 0; i < rules.length; i++) {
    const rule = rules[i] as HeaderRule;
    const value = values[i] as string | null;
    if (value !== null && rule.overwrites === overwriting) rule.put(headers, value);
  }
}
