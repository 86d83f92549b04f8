import type { FilterOverrideConfig } from "./filter-override-config.js";

const NONE: readonly unknown[] = [];

/** What the levels of a route say of HTTP filters (`typed_per_filter_config`). Compiled once; by the filter's name. */
export class FilterOverrides {
  /** From the least specific level to the most specific one. */
  private readonly configs = new Map<string, unknown[]>();
  /** What the most specific level that speaks of a filter says. */
  private readonly disabled = new Map<string, boolean>();

  /** @param levels route configuration, virtual host, route and weighted cluster, in this order */
  // control plane: when configuration arrives
  constructor(levels: readonly (readonly FilterOverrideConfig[])[]) {
    for (const level of levels) {
      for (const { name, disabled, config } of level) {
        this.disabled.set(name, disabled);
        if (config === null) continue;
        const configs = this.configs.get(name);
        if (configs === undefined) this.configs.set(name, [config]);
        else configs.push(config);
      }
    }
  }

  /** The most specific configuration of a filter, null when it has none here. */
  mostSpecific(name: string): unknown {
    return this.configs.get(name)?.at(-1) ?? null;
  }

  /** All configurations of a filter, the most specific one last. */
  all(name: string): readonly unknown[] {
    return this.configs.get(name) ?? NONE;
  }

  /** Whether a filter sees the requests; null leaves it to the filter chain. */
  isDisabled(name: string): boolean | null {
    return this.disabled.get(name) ?? null;
  }
}
