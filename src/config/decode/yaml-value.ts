/**
 * A parsed YAML or JSON document without the syntax: aliases and merge keys are resolved, so the same object can stand
 * in several places. Offsets lead into the text it came from.
 */
export type YamlValue = YamlMap | YamlList | YamlScalar;

export interface YamlMap {
  readonly kind: "map";
  readonly offset: number;
  readonly entries: readonly YamlEntry[];
}

export interface YamlEntry {
  readonly key: string;
  readonly keyOffset: number;
  readonly value: YamlValue;
}

export interface YamlList {
  readonly kind: "list";
  readonly offset: number;
  readonly items: readonly YamlValue[];
}

export interface YamlScalar {
  readonly kind: "scalar";
  readonly offset: number;
  /** Integers are exact; a number is what was written with a fraction or an exponent. */
  readonly value: string | number | bigint | boolean | null;
  /** As it stands in the file; for a quoted string, its content. */
  readonly source: string;
  readonly quoted: boolean;
}

/** What stands in the file, for messages: `the number 5`, `a list`. */
export function describeValue(value: YamlValue): string {
  if (value.kind === "map") return "a map";
  if (value.kind === "list") return "a list";
  switch (typeof value.value) {
    case "string":
      return `the string "${shortened(value.value)}"`;
    case "boolean":
      return `the boolean ${value.source}`;
    case "object":
      return "null";
    default:
      return `the number ${shortened(value.source)}`;
  }
}

function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
