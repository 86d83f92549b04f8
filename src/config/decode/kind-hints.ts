import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { didYouMean } from "./fault.js";
import type { YamlValue } from "./yaml-value.js";

/* What to write where a value is of the wrong kind: sentences, empty where there is nothing to propose. */

/** Where a list is asked for and something else stands. */
export function listHint(field: DescField, node: YamlValue): string {
  if (node.kind === "map") return "begin the item with `- `";
  return field.message === undefined ? didYouMean(`[${sourceOf(node)}]`) : "";
}

/** Fields for a text that are meant where nothing else is said. */
const PLAIN_FIELDS = new Set(["exact", "inline_string", "regex"]);

/** Where a map is asked for and something else stands. */
export function mapHint(desc: DescMessage, node: YamlValue): string {
  if (node.kind === "list") return node.items.length === 1 ? "take away the `-`: this is not a list" : "";
  if (node.kind !== "scalar" || typeof node.value !== "string" || node.source === "") return "";
  const plain = desc.fields.find(({ name, scalar }) => PLAIN_FIELDS.has(name) && scalar === ScalarType.STRING);
  return plain === undefined ? "" : didYouMean(`{ ${plain.name}: ${sourceOf(node)} }`);
}

function sourceOf(node: YamlValue): string {
  if (node.kind !== "scalar") return "...";
  return node.quoted ? JSON.stringify(node.source) : node.source;
}
