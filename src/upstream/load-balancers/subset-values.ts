import { canonicalText, LB_METADATA, type MetadataStruct, type MetadataValue } from "../../common/metadata.js";
import type { Host } from "../host.js";
import type { MetadataMatchCriteria } from "../metadata-match.js";

/** Names a subset: its keys with their values, the same for the same subset. */
export type SubsetName = string;

/** The subset that criteria ask for. @param keys sorted, each of them a criterion's name */
export function subsetNameOf(criteria: MetadataMatchCriteria, keys: readonly string[]): SubsetName {
  return keys.map((key) => part(key, criteria.find(({ name }) => name === key)?.text ?? "")).join(SEPARATOR);
}

/** The subsets that a host belongs to by these keys: none if it lacks one of them, several if values are lists. */
export function subsetNamesOf(host: Host, keys: readonly string[], listAsAny: boolean): SubsetName[] {
  let names: string[] = [""];
  for (const [index, key] of keys.entries()) {
    const value = host.metadata[LB_METADATA]?.[key];
    if (value === undefined) return [];
    const parts = valuesOf(value, listAsAny).map((one) => part(key, canonicalText(one)));
    names = names.flatMap((name) => parts.map((one) => (index === 0 ? one : name + SEPARATOR + one)));
  }
  return [...new Set(names)];
}

/** Whether a host has all of these values. */
export function hasValues(host: Host, wanted: MetadataStruct, listAsAny: boolean): boolean {
  const metadata = host.metadata[LB_METADATA] ?? {};
  return Object.entries(wanted).every(([key, value]) => {
    const own = metadata[key];
    if (own === undefined) return false;
    const text = canonicalText(value);
    return valuesOf(own, listAsAny).some((one) => canonicalText(one) === text);
  });
}

function valuesOf(value: MetadataValue, listAsAny: boolean): readonly MetadataValue[] {
  return listAsAny && Array.isArray(value) ? (value as readonly MetadataValue[]) : [value];
}

function part(key: string, text: string): string {
  return `${JSON.stringify(key)}=${text}`;
}

/** Stands in no part: JSON escapes it. */
const SEPARATOR = "\n";
