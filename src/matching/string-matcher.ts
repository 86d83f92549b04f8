import { SafeRegex } from "./safe-regex.js";
import type { StringMatcherConfig } from "./string-matcher-config.js";
import { asciiLowerCase, isAscii, wireText } from "./wire-text.js";

/** Says of a text of a message whether it is the one that is meant. Compiled from configuration; keeps nothing. */
export interface StringMatcher {
  /** @param text bytes as they came over the wire */
  matches(text: string): boolean;
  /** For people: `exact "a"`. */
  describe(): string;
}

/** Throws on a bad pattern: configuration checks it first. */
export function compileStringMatcher(config: StringMatcherConfig): StringMatcher {
  if (config.kind === "regex") return new RegexMatcher(new SafeRegex(config.value));
  const wire = wireText(config.value);
  const description = `${config.kind} ${JSON.stringify(config.value)}${config.ignoreCase ? " in any case" : ""}`;
  const matcher = compilePlain(config.kind, config.ignoreCase ? asciiLowerCase(wire) : wire, description);
  if (!config.ignoreCase) return matcher;
  return isAscii(wire) ? new AnyCaseMatcher(matcher) : new AnyAsciiCaseMatcher(matcher);
}

function compilePlain(
  kind: Exclude<StringMatcherConfig["kind"], "regex">,
  value: string,
  description: string,
): StringMatcher {
  switch (kind) {
    case "exact":
      return new ExactMatcher(value, description);
    case "prefix":
      return new PrefixMatcher(value, description);
    case "suffix":
      return new SuffixMatcher(value, description);
    case "contains":
      return new ContainsMatcher(value, description);
  }
}

abstract class PlainMatcher implements StringMatcher {
  protected readonly value: string;
  private readonly description: string;

  constructor(value: string, description: string) {
    this.value = value;
    this.description = description;
  }

  abstract matches(text: string): boolean;

  describe(): string {
    return this.description;
  }
}

class ExactMatcher extends PlainMatcher {
  matches(text: string): boolean {
    return text === this.value;
  }
}

class PrefixMatcher extends PlainMatcher {
  matches(text: string): boolean {
    return text.startsWith(this.value);
  }
}

class SuffixMatcher extends PlainMatcher {
  matches(text: string): boolean {
    return text.endsWith(this.value);
  }
}

class ContainsMatcher extends PlainMatcher {
  matches(text: string): boolean {
    return text.includes(this.value);
  }
}

/** With a value of ASCII no other letter can turn into one of it, so the engine's own way to lower case will do. */
class AnyCaseMatcher implements StringMatcher {
  private readonly inner: StringMatcher;

  constructor(inner: StringMatcher) {
    this.inner = inner;
  }

  matches(text: string): boolean {
    return this.inner.matches(text.toLowerCase());
  }

  describe(): string {
    return this.inner.describe();
  }
}

class AnyAsciiCaseMatcher implements StringMatcher {
  private readonly inner: StringMatcher;

  constructor(inner: StringMatcher) {
    this.inner = inner;
  }

  matches(text: string): boolean {
    return this.inner.matches(asciiLowerCase(text));
  }

  describe(): string {
    return this.inner.describe();
  }
}

class RegexMatcher implements StringMatcher {
  private readonly regex: SafeRegex;

  constructor(regex: SafeRegex) {
    this.regex = regex;
  }

  matches(text: string): boolean {
    return this.regex.matches(text);
  }

  describe(): string {
    return `regex ${JSON.stringify(this.regex.pattern)}`;
  }
}
