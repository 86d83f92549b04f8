import { DEFAULT_TAG_RULES, type TagRule } from "./default-tags.js";

export interface Tag {
  readonly name: string;
  readonly value: string;
}

/** A stat's name without what its tags say. */
export interface TaggedName {
  readonly name: string;
  readonly tags: readonly Tag[];
}

/** Splits stat names into a name that many stats share and tags that tell them apart. */
export class TagExtractor {
  private readonly rules: readonly TagRule[];
  private readonly fixedTags: readonly Tag[];
  /** Stats are named once and exported every few seconds; there are as many names as stats. */
  private readonly known = new Map<string, TaggedName>();

  /**
   * @param rules tried in this order.
   * @param fixedTags put on every stat (`stats_config.stats_tags.fixed_value`).
   */
  constructor(rules: readonly TagRule[] = DEFAULT_TAG_RULES, fixedTags: readonly Tag[] = []) {
    this.rules = rules.map(({ tag, pattern }) => ({ tag, pattern: withIndices(pattern) }));
    this.fixedTags = fixedTags;
  }

  /** A stat whose tags are known has those of all stats as well. */
  withFixedTags({ name, tags }: TaggedName): TaggedName {
    return { name, tags: [...this.fixedTags, ...tags] };
  }

  extract(statName: string): TaggedName {
    const known = this.known.get(statName);
    if (known !== undefined) return known;
    const tagged = this.match(statName);
    this.known.set(statName, tagged);
    return tagged;
  }

  private match(statName: string): TaggedName {
    const tags: Tag[] = [...this.fixedTags];
    const kept = new Array<boolean>(statName.length).fill(true);
    for (const { tag, pattern } of this.rules) {
      const found = pattern.exec(statName);
      const span = found?.indices?.[1];
      if (found === null || span === undefined || tags.some((earlier) => earlier.name === tag)) continue;
      tags.push({ name: tag, value: found[2] ?? found[1] ?? "" });
      kept.fill(false, span[0], span[1]);
    }
    const name = kept.every(Boolean) ? statName : [...statName].filter((_, i) => kept[i]).join("");
    return { name, tags };
  }
}

/** The flag `d` makes `exec` say where the groups are. */
function withIndices(pattern: RegExp): RegExp {
  return pattern.hasIndices ? pattern : new RegExp(pattern.source, `${pattern.flags}d`);
}
