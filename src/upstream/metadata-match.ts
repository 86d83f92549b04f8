import { canonicalText, type MetadataStruct, type MetadataValue } from "../common/metadata.js";

/** One key of `envoy.lb` metadata and the value that a host must have for it. */
export interface MetadataMatchCriterion {
  readonly name: string;
  readonly value: MetadataValue;
  /** Canonical text of the value: equal for equal values. */
  readonly text: string;
}

/**
 * What a route's `metadata_match` asks of a host, in the order of the names. Plain frozen data, made once for a route:
 * balancers remember by the object what they found for it.
 */
export type MetadataMatchCriteria = readonly MetadataMatchCriterion[];

/** Criteria of the `envoy.lb` part of a `metadata_match`; null when it asks for nothing. */
export function metadataMatchCriteria(struct: MetadataStruct): MetadataMatchCriteria | null {
  const criteria = Object.entries(struct).map(([name, value]) => ({ name, value, text: canonicalText(value) }));
  return criteria.length === 0 ? null : sorted(criteria);
}

/** `specific` over `general`: a weighted cluster's criteria over its route's. */
export function mergeMetadataMatch(
  general: MetadataMatchCriteria | null,
  specific: MetadataMatchCriteria | null,
): MetadataMatchCriteria | null {
  if (general === null) return specific;
  if (specific === null) return general;
  const kept = general.filter(({ name }) => !specific.some((one) => one.name === name));
  return sorted([...kept, ...specific]);
}

function sorted(criteria: MetadataMatchCriterion[]): MetadataMatchCriteria {
  return criteria.sort((a, b) => (a.name < b.name ? -1 : 1));
}
