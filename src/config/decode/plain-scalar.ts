import type { YamlScalar } from "./yaml-value.js";

const INTEGER = /^(?:[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+)$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+\.[0-9]*|(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)[eE][-+]?[0-9]+)$/;
const INFINITE = /^([-+]?)\.(?:inf|Inf|INF)$/;
const NOT_A_NUMBER = /^\.(?:nan|NaN|NAN)$/;

const WORDS: ReadonlyMap<string, boolean | null> = new Map<string, boolean | null>([
  ["", null],
  ["~", null],
  ["null", null],
  ["Null", null],
  ["NULL", null],
  ["true", true],
  ["True", true],
  ["TRUE", true],
  ["false", false],
  ["False", false],
  ["FALSE", false],
]);

/** The longest of the words above. */
const LONGEST_WORD = 5;
const NINE = 0x39;

/** A scalar without quotes, by the core schema of YAML 1.2 (section 10.3.2). */
export function plainScalar(source: string, offset: number): YamlScalar {
  return { kind: "scalar", offset, value: resolved(source), source, quoted: false };
}

function resolved(source: string): YamlScalar["value"] {
  // All forms of numbers begin with a sign, a point or a digit, which no other character up to 9 does.
  if (source.charCodeAt(0) <= NINE) return numberOf(source) ?? source;
  const word = source.length <= LONGEST_WORD ? WORDS.get(source) : undefined;
  return word === undefined ? source : word;
}

function numberOf(source: string): number | bigint | null {
  if (INTEGER.test(source)) return BigInt(source.startsWith("+") ? source.slice(1) : source);
  if (FLOAT.test(source)) return Number(source);
  const sign = INFINITE.exec(source)?.[1];
  if (sign !== undefined) return sign === "-" ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  return NOT_A_NUMBER.test(source) ? Number.NaN : null;
}
