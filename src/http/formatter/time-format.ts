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
  /** Digits of each fraction field, 1 to 9. */
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

function fractionText(ms: number, digits: number): string {
  if (digits === 3) {
    const whole = Math.floor(ms);
    if (whole >= 100) return String(whole);
    return whole < 10 ? `00${whole}` : `0${whole}`;
  }
  const micros = String(Math.floor(ms * 1000)).padStart(CLOCK_DIGITS, "0");
  return digits <= CLOCK_DIGITS ? micros.slice(0, digits) : micros.padEnd(digits, "0");
}

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
    const letter = layout.charAt(percent + 1);
    const isFraction = letter === "f" || (letter >= "1" && letter <= "9" && layout.charAt(percent + 2) === "f");
    if (isFraction) {
      fractions.push(letter === "f" ? 9 : Number(letter));
      part = [];
      parts.push(part);
      at = percent + (letter === "f" ? 2 : 3);
      continue;
    }
    const specifier = TIME_SPECIFIERS.get(letter);
    if (specifier === undefined) throw new FormatError(unknownSpecifier(letter), percent);
    part.push(specifier);
    at = percent + 2;
  }
  if (at < layout.length) part.push(utf8Bytes(layout.slice(at)));
  return { parts, fractions };
}

function unknownSpecifier(letter: string): string {
  if (letter === "n") return "a time cannot contain a line break";
  return letter === "" ? "a time specifier is missing after %" : `unknown time specifier %${letter}`;
}
