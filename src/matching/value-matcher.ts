import { compileStringMatcher, type StringMatcher } from "./string-matcher.js";
import type { ValueMatcherConfig } from "./value-matcher-config.js";
import { wireText } from "./wire-text.js";

/** Says of a value of metadata (JSON; undefined when it is not there) whether it is the one that is meant. */
export interface ValueMatcher {
  matches(value: unknown): boolean;
  /** For people: `string exact "a"`. */
  describe(): string;
}

/** Throws on a bad pattern: configuration checks it first. */
export function compileValueMatcher(config: ValueMatcherConfig): ValueMatcher {
  switch (config.kind) {
    case "null":
      return new SameValue(null);
    case "number":
    case "bool":
      return new SameValue(config.value);
    case "range":
      return new NumberInRange(config.start, config.end);
    case "string":
      return new TextValue(compileStringMatcher(config.matcher));
    case "present":
      return new ValuePresence(config.present);
    case "item":
      return new ListItem(compileValueMatcher(config.matcher));
    case "or":
      return new AnyOfValues(config.matchers.map(compileValueMatcher));
  }
}

class SameValue implements ValueMatcher {
  private readonly value: unknown;

  constructor(value: null | number | boolean) {
    this.value = value;
  }

  matches(value: unknown): boolean {
    return value === this.value;
  }

  describe(): string {
    return String(this.value);
  }
}

class NumberInRange implements ValueMatcher {
  private readonly start: number;
  private readonly end: number;

  constructor(start: number, end: number) {
    this.start = start;
    this.end = end;
  }

  matches(value: unknown): boolean {
    return typeof value === "number" && value >= this.start && value < this.end;
  }

  describe(): string {
    return `number from ${this.start} to before ${this.end}`;
  }
}

class TextValue implements ValueMatcher {
  private readonly matcher: StringMatcher;

  constructor(matcher: StringMatcher) {
    this.matcher = matcher;
  }

  matches(value: unknown): boolean {
    return typeof value === "string" && this.matcher.matches(wireText(value));
  }

  describe(): string {
    return this.matcher.describe();
  }
}

/** Asking for absence never matches, in Envoy neither: `invert` of the metadata matcher is for that. */
class ValuePresence implements ValueMatcher {
  private readonly present: boolean;

  constructor(present: boolean) {
    this.present = present;
  }

  matches(value: unknown): boolean {
    return this.present && value !== undefined;
  }

  describe(): string {
    return this.present ? "present" : "never";
  }
}

class ListItem implements ValueMatcher {
  private readonly matcher: ValueMatcher;

  constructor(matcher: ValueMatcher) {
    this.matcher = matcher;
  }

  matches(value: unknown): boolean {
    if (!Array.isArray(value)) return false;
    for (const item of value) if (this.matcher.matches(item)) return true;
    return false;
  }

  describe(): string {
    return `list with ${this.matcher.describe()}`;
  }
}

class AnyOfValues implements ValueMatcher {
  private readonly matchers: readonly ValueMatcher[];

  constructor(matchers: readonly ValueMatcher[]) {
    this.matchers = matchers;
  }

  matches(value: unknown): boolean {
    for (const matcher of this.matchers) if (matcher.matches(value)) return true;
    return false;
  }

  // control plane: for people
  describe(): string {
    return this.matchers.map((matcher) => matcher.describe()).join(" or ");
  }
}
