import {
  type Coverage,
  type FieldCoverage,
  type FieldState,
  type MessageCoverage,
  shortName,
} from "../../src/config/coverage.js";
import type { CategoryState, HolderState } from "./extension-states.js";

const STATE_TEXTS: Readonly<Record<FieldState, string>> = {
  implemented: "Implemented",
  limited: "For some values",
  noEffect: "No effect, with a warning",
  refused: "Refused",
};
const STATES = Object.keys(STATE_TEXTS) as FieldState[];

/** The page docs/configuration.md. */
export function coveragePage(coverage: Coverage, categories: readonly CategoryState[]): string {
  return [
    INTRODUCTION,
    summary(coverage, categories),
    "## Extensions\n",
    EXTENSIONS,
    ...categories.filter(hasImplemented).map(categorySection),
    otherCategories(categories.filter((category) => !hasImplemented(category))),
    "## Fields\n",
    FIELDS,
    ...coverage.messages.map(messageSection),
  ].join("\n");
}

const INTRODUCTION = `# Configuration: what is implemented

<!-- Made by scripts/write-coverage.ts from the tables beside the converters in src/config. Do not edit. -->

Sluice reads any Envoy v3 bootstrap. This page says, field by field, what it does with it:

- **implemented**: as in Envoy;
- **no effect**: the field is known and does nothing. Setting it is a warning with file, line and column, and with \`--strict\` an error;
- **refused**: an error, because without it traffic would go to the wrong place, or what should be kept out would be let in.

Fields that are not in Envoy's API are errors. Messages below a field that is not implemented are not listed.
`;

const EXTENSIONS = `An extension is found by the type of its message. One that is not implemented is an error where extensions of its category are (an
HTTP filter with \`is_optional\` or \`disabled\` is left out instead, and an access log is not written), and a part of the warning where
the field that holds it has no effect.
`;

const FIELDS = `A message that several places take differently is listed once for each. A field whose value is a message is implemented as far as that
message is.
`;

function summary(coverage: Coverage, categories: readonly CategoryState[]): string {
  const fields = coverage.messages.flatMap((message) => message.fields);
  const extensions = categories.flatMap((category) => category.extensions);
  const count = (state: FieldState): number => fields.filter((field) => field.state === state).length;
  const implemented = extensions.filter((extension) => extension.implemented).length;
  return `| | implemented | for some values | no effect | refused |
| --- | --- | --- | --- | --- |
| fields of ${coverage.messages.length} messages | ${STATES.map(count).join(" | ")} |
| extensions | ${implemented} | | | ${extensions.length - implemented} |
`;
}

function hasImplemented(category: CategoryState): boolean {
  return category.extensions.some((extension) => extension.implemented);
}

function categorySection({ name, holders, extensions }: CategoryState): string {
  const implemented = extensions.filter((extension) => extension.implemented);
  const missing = extensions.filter((extension) => !extension.implemented);
  const lines = [`### ${name}\n`, ...holderLines(holders)];
  lines.push("Implemented:\n", ...implemented.map((extension) => `- \`${lastWords(extension.name, name)}\``), "");
  if (missing.length > 0) {
    lines.push(`Not implemented: ${codes(missing.map((extension) => lastWords(extension.name, name)))}.\n`);
  }
  return lines.join("\n");
}

function otherCategories(categories: readonly CategoryState[]): string {
  const rows = categories.map(({ name, holders, extensions }) => {
    const places = holders.map((holder) => `${placeText(holder)}: ${stateText(holder)}`).join("; ");
    return `| ${name} | ${codes(extensions.map((extension) => lastWords(extension.name, name)))} | ${places} |`;
  });
  return `### Without an implementation

| category | extensions | named in |
| --- | --- | --- |
${rows.join("\n")}
`;
}

function lastWords(name: string, category: string): string {
  return name.startsWith(`${category}.`) ? name.slice(category.length + 1) : name;
}

function holderLines(holders: readonly HolderState[]): string[] {
  return holders.length === 0 ? [] : [`Named in ${holders.map(placeText).join(", ")}.\n`];
}

function placeText({ message, field }: HolderState): string {
  return `\`${field}\` of ${message}`;
}

function stateText({ state }: HolderState): string {
  return state === null ? "message not implemented" : STATE_TEXTS[state].toLowerCase();
}

function messageSection({ typeName, places, fields }: MessageCoverage): string {
  const lines = [`### ${shortName(typeName)}\n`, `\`${typeName}\`${placesText(places)}\n`];
  for (const state of STATES) {
    const inState = fields.filter((field) => field.state === state);
    if (inState.length === 0) continue;
    const hasNotes = inState.some((field) => field.note !== "");
    if (hasNotes) lines.push(`${STATE_TEXTS[state]}:\n`, ...inState.map((field) => `- ${noted(field)}`), "");
    else lines.push(`${STATE_TEXTS[state]}: ${inState.map(fieldText).join(", ")}.\n`);
  }
  if (fields.length === 0) lines.push("It has no fields.\n");
  return lines.join("\n");
}

function placesText(places: readonly string[]): string {
  if (places.length === 0) return "";
  const texts = places.map((place) => {
    const dot = place.lastIndexOf(".");
    return `\`${place.slice(dot + 1)}\` of ${place.slice(0, dot)}`;
  });
  return `, in ${texts.join(", ")}`;
}

function noted(field: FieldCoverage): string {
  return field.note === "" ? fieldText(field) : `${fieldText(field)}: ${field.note}`;
}

function fieldText({ name, isDeprecated }: FieldCoverage): string {
  return isDeprecated ? `\`${name}\` (deprecated)` : `\`${name}\``;
}

function codes(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(", ");
}
