import type { MetadataStruct, MetadataValue } from "../../common/metadata.js";
import type { SubsetConfig, SubsetSelectorConfig } from "../load-balancing-config.js";
import { type MetadataMatchCriteria, metadataMatchCriteria } from "../metadata-match.js";

/** The criterion whose value is a list of further criteria to try (`METADATA_FALLBACK_LIST`). */
const FALLBACK_LIST = "fallback_list";

/** What is tried for one set of criteria. */
export interface Lookup {
  readonly selector: SubsetSelectorConfig | null;
  readonly criteria: MetadataMatchCriteria;
}

/** The sets of criteria to try one after the other. A list that says nothing leaves the other criteria. */
export function alternatives(criteria: MetadataMatchCriteria, config: SubsetConfig): MetadataMatchCriteria[] {
  const list = config.fallbackList ? criteria.find(({ name }) => name === FALLBACK_LIST)?.value : undefined;
  if (list === undefined) return [criteria];
  const rest = criteria.filter(({ name }) => name !== FALLBACK_LIST);
  if (!Array.isArray(list) || list.length === 0) return [rest];
  return (list as MetadataValue[]).map((override) => (isStruct(override) ? overridden(rest, override) : rest));
}

/**
 * The selector whose keys are those of the criteria; if more may be asked for, the one with the most keys of those that
 * the criteria have.
 */
export function selectorFor(criteria: MetadataMatchCriteria, config: SubsetConfig): SubsetSelectorConfig | null {
  const names = new Set(criteria.map(({ name }) => name));
  let best: SubsetSelectorConfig | null = null;
  for (const selector of config.selectors) {
    if (!selector.keys.every((key) => names.has(key))) continue;
    if (selector.keys.length === names.size) return selector;
    if (config.allowRedundantKeys && selector.keys.length > (best?.keys.length ?? 0)) best = selector;
  }
  return best;
}

/** The criteria with these names alone. */
export function reduced(criteria: MetadataMatchCriteria, keys: readonly string[]): MetadataMatchCriteria {
  return criteria.filter(({ name }) => keys.includes(name));
}

function overridden(criteria: MetadataMatchCriteria, override: MetadataStruct): MetadataMatchCriteria {
  const changed = metadataMatchCriteria(override) ?? [];
  const kept = criteria.filter(({ name }) => !changed.some((one) => one.name === name));
  return [...kept, ...changed].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function isStruct(value: MetadataValue): value is MetadataStruct {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
