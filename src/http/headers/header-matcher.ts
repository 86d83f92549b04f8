import { compileStringMatcher } from "../../matching/string-matcher.js";
import type { HeaderMatcherConfig, HeaderValueMatchConfig } from "../../matching/string-matcher-config.js";
import type { HeaderMap } from "./header-map.js";

/** Says of the headers of a message whether one of them is as `envoy.config.route.v3.HeaderMatcher` asks. */
export class HeaderMatcher {
  readonly name: string;
  private readonly value: ValueMatcher;
  /** The answer when the header is missing and does not count as empty. */
  private readonly whenMissing: boolean;
  private readonly missingIsEmpty: boolean;
  private readonly invert: boolean;

  /** Throws on a bad pattern: configuration checks it first. */
  constructor(config: HeaderMatcherConfig) {
    this.name = config.name;
    this.value = compileValueMatcher(config.value);
    this.invert = config.invert;
    this.missingIsEmpty = config.treatMissingAsEmpty;
    // A missing header has no value to compare: even inverted such a condition is not met.
    this.whenMissing = config.value.kind === "present" && config.value.present === config.invert;
  }

  matches(headers: HeaderMap): boolean {
    return this.matchesValue(headerValue(headers, this.name));
  }

  /** @param value of the header, as `headerValue` finds it */
  matchesValue(value: string | null): boolean {
    if (value !== null) return this.value.matches(value) !== this.invert;
    return this.missingIsEmpty ? this.value.matches("") !== this.invert : this.whenMissing;
  }

  /** For people: `x-a: not exact "b"`. */
  describe(): string {
    const missing = this.missingIsEmpty ? ", missing is empty" : "";
    return `${this.name}: ${this.invert ? "not " : ""}${this.value.describe()}${missing}`;
  }
}

/** All of several conditions; without any, everything matches. */
export function matchesAllHeaders(matchers: readonly HeaderMatcher[], headers: HeaderMap): boolean {
  for (let i = 0; i < matchers.length; i++) if (!(matchers[i] as HeaderMatcher).matches(headers)) return false;
  return true;
}

/**
 * The value of a header by the name that configuration gives it: pseudo-headers with their colon, several values joined
 * by commas. Null when it is missing.
 */
export function headerValue(headers: HeaderMap, name: string): string | null {
  if (name.charCodeAt(0) !== COLON) return headers.getJoined(name);
  switch (name) {
    case ":method":
      return presentOrNull(headers.method);
    case ":path":
      return presentOrNull(headers.path);
    case ":authority":
      return presentOrNull(headers.authority);
    case ":scheme":
      return presentOrNull(headers.scheme);
    case ":status":
      return headers.status === 0 ? null : String(headers.status);
    default:
      return null;
  }
}

/** As `headerValue`, but of several values the first. */
export function firstHeaderValue(headers: HeaderMap, name: string): string | null {
  return name.charCodeAt(0) === COLON ? headerValue(headers, name) : headers.get(name);
}

const COLON = 0x3a;

function presentOrNull(value: string): string | null {
  return value === "" ? null : value;
}

interface ValueMatcher {
  matches(value: string): boolean;
  describe(): string;
}

function compileValueMatcher(config: HeaderValueMatchConfig): ValueMatcher {
  switch (config.kind) {
    case "string":
      return compileStringMatcher(config.matcher);
    case "range":
      return new RangeMatcher(config.start, config.end);
    case "present":
      return new PresenceMatcher(config.present);
  }
}

/** The value is there, or counts as being there. */
class PresenceMatcher implements ValueMatcher {
  private readonly present: boolean;

  constructor(present: boolean) {
    this.present = present;
  }

  matches(): boolean {
    return this.present;
  }

  describe(): string {
    return this.present ? "present" : "absent";
  }
}

/** Up to here numbers are exact, beyond it `BigInt` has to count. */
const EXACT_DIGITS = 15;
/** Digits of the largest 64-bit integer: what has more is none, as in Envoy. */
const MAX_DIGITS = 19;

/** A whole number in decimal, with an optional sign, from `start` to before `end`. */
class RangeMatcher implements ValueMatcher {
  private readonly start: bigint;
  private readonly end: bigint;
  private readonly startNumber: number;
  private readonly endNumber: number;

  constructor(start: bigint, end: bigint) {
    this.start = start;
    this.end = end;
    this.startNumber = Number(start);
    this.endNumber = Number(end);
  }

  matches(value: string): boolean {
    const text = value.trim();
    if (!isWholeNumber(text)) return false;
    if (text.length <= EXACT_DIGITS) {
      const number = Number(text);
      return number >= this.startNumber && number < this.endNumber;
    }
    const digits = significantDigits(text);
    if (digits.length > MAX_DIGITS) return false;
    const exact = text.charCodeAt(0) === MINUS ? -BigInt(digits) : BigInt(digits);
    return exact >= this.start && exact < this.end;
  }

  describe(): string {
    return `whole number from ${this.start} to before ${this.end}`;
  }
}

const PLUS = 0x2b;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;

function isWholeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  const start = first === PLUS || first === MINUS ? 1 : 0;
  if (text.length === start) return false;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}

/** Without sign and leading zeros. */
function significantDigits(text: string): string {
  let start = text.charCodeAt(0) < ZERO ? 1 : 0;
  while (start < text.length - 1 && text.charCodeAt(start) === ZERO) start++;
  return text.slice(start);
}
