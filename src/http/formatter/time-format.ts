import { utf8Bytes } from "./byte-text.js";
import { CalendarTime } from "./calendar.js";
import { FormatError } from "./format-error.js";
import { TIME_SPECIFIERS, type TimeSpecifier } from "./time-specifiers.js";

/** Envoy's layout of `%START_TIME%` without parameters. */
export const DEFAULT_TIME_LAYOUT = "%Y-%m-%dT%H:%M:%S.%3fZ";

/** Clocks of proxies tick in micro-, not nanoseconds: the last three digits of `%9f` are zeros. */
const CLOCK_DIGITS = 6;

/** A stretch of the layout that changes once a second: literal text and specifiers. */
type SecondPart = readonly (string | TimeSpecifier)[];

/**
 * A compiled time layout. What changes only once a second is kept as text between the fraction fields, so that within
 * a second a line costs one or two concatenations (`bench/micro/http/formatter/substitution-format.ts`).
 */
export class TimeFormat {
  /** One more than there are fractions. */
  private readonly parts: readonly SecondPart[];
  /** Digits of each fraction field, 1 to 15, or `ALL_DIGITS`, `ALL_DIGITS_AFTER_POINT`. */
  private readonly fractions: readonly number[];
  private readonly local: boolean;
  private texts: readonly string[] = [];
  private textsSecond = Number.NaN;

  constructor(layout: string, local: boolean) {
    const parsed = parseLayout(layout);
    this.parts = parsed.parts;
    this.fractions = parsed.fractions;
    this.local = local;
  }

  /** @param wallMs milliseconds since the epoch, fractions allowed. */
  format(wallMs: number): string {
    const second = Math.floor(wallMs / 1000);
    if (second !== this.textsSecond) this.renderSecond(second);
    const texts = this.texts;
    let text = texts[0] as string;
    for (let i = 0; i < this.fractions.length; i++) {
      text += fractionText(wallMs - second * 1000, this.fractions[i] as number) + texts[i + 1];
    }
    return text;
  }

  // control plane: once a second
  private renderSecond(second: number): void {
    const time = new CalendarTime(second, this.local);
    this.texts = this.parts.map((part) => part.map((p) => (typeof p === "string" ? p : p(time))).join(""));
    this.textsSecond = second;
  }
}

/** As many digits as there are without trailing zeros; one at least. */
const ALL_DIGITS = -1;
/** The same behind a point, both only where there is a fraction. */
const ALL_DIGITS_AFTER_POINT = -2;

function fractionText(ms: number, digits: number): string {
  if (digits === 3) {
    const whole = Math.floor(ms);
    if (whole >= 100) return String(whole);
    return whole < 10 ? `00${whole}` : `0${whole}`;
  }
  const micros = String(Math.floor(ms * 1000)).padStart(CLOCK_DIGITS, "0");
  if (digits < 0) {
    const significant = micros.replace(TRAILING_ZEROS, "");
    if (digits === ALL_DIGITS) return significant === "" ? "0" : significant;
    return significant === "" ? "" : `.${significant}`;
  }
  return digits <= CLOCK_DIGITS ? micros.slice(0, digits) : micros.padEnd(digits, "0");
}

const TRAILING_ZEROS = /0+$/;

interface ParsedLayout {
  readonly parts: SecondPart[];
  readonly fractions: number[];
}

// control plane: runs when a format is compiled
function parseLayout(layout: string): ParsedLayout {
  let part: (string | TimeSpecifier)[] = [];
  const parts: SecondPart[] = [part];
  const fractions: number[] = [];
  let at = 0;
  while (at < layout.length) {
    const percent = layout.indexOf("%", at);
    if (percent < 0) break;
    if (percent > at) part.push(utf8Bytes(layout.slice(at, percent)));
    const fraction = fractionAt(layout, percent);
    if (fraction !== null) {
      if (fraction.withSeconds) part.push(TIME_SPECIFIERS.get("S") as TimeSpecifier);
      if (fraction.withSeconds && fraction.digits > 0) part.push(".");
      fractions.push(fraction.digits);
      part = [];
      parts.push(part);
      at = fraction.end;
      continue;
    }
    const name = EXTENDED.exec(layout.slice(percent + 1))?.[0] ?? layout.charAt(percent + 1);
    const specifier = TIME_SPECIFIERS.get(name);
    if (specifier === undefined) throw new FormatError(unknownSpecifier(name), percent);
    part.push(specifier);
    at = percent + 1 + name.length;
  }
  if (at < layout.length) part.push(utf8Bytes(layout.slice(at)));
  return { parts, fractions };
}

/** Specifiers that `E` begins; with those of fractions, which an error names as a whole. */
const EXTENDED = /^E(?:[*4]|\d{0,2})[A-Za-z]/;
/** `%f` and `%3f`; `%E3f`, `%E*f`, `%E3S` and `%E*S`. */
const FRACTION = /^%(?:([1-9])?f|E(\*|[1-9]|1[0-5])([fS]))/;

interface Fraction {
  readonly digits: number;
  /** The whole seconds stand before it. */
  readonly withSeconds: boolean;
  /** Behind the specifier in the layout. */
  readonly end: number;
}

function fractionAt(layout: string, percent: number): Fraction | null {
  const match = FRACTION.exec(layout.slice(percent, percent + LONGEST_FRACTION));
  if (match === null) return null;
  const [text, plain, extended, kind] = match;
  const withSeconds = kind === "S";
  const end = percent + text.length;
  if (extended === undefined) return { digits: plain === undefined ? 9 : Number(plain), withSeconds, end };
  if (extended !== "*") return { digits: Number(extended), withSeconds, end };
  return { digits: withSeconds ? ALL_DIGITS_AFTER_POINT : ALL_DIGITS, withSeconds, end };
}

const LONGEST_FRACTION = "%E15S".length;

function unknownSpecifier(letter: string): string {
  if (letter === "n") return "a time cannot contain a line break";
  return letter === "" ? "a time specifier is missing after %" : `unknown time specifier %${letter}`;
}
