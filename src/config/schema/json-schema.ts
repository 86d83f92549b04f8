/** A JSON Schema of draft 7 (https://json-schema.org/draft-07), the draft that editors know best: keywords and values. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Draft 7 has its definitions below this key. */
export function definitionRef(name: string): JsonSchema {
  return { $ref: `#/definitions/${name}` };
}

/** Text as a pattern that matches just that. */
export function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
