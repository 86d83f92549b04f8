import type { MatcherTreeConfig, OnMatchConfig } from "./matcher-tree-config.js";
import { compilePredicate, type MatchingInput, type Predicate } from "./predicate.js";
import { wireText } from "./wire-text.js";

/** What a tree asked on the way to its answer. */
export interface MatcherStep {
  /** The field that asks: `matcher_list.matchers[1]`. */
  readonly field: string;
  /** For people: `header x-a: exact "b"`. */
  readonly asked: string;
  readonly met: boolean;
}

/** How inputs and actions of one use of matchers are made from their configuration. */
export interface MatcherTreeParts<Context, Action, Input, ActionConfig> {
  compileInput(input: Input): MatchingInput<Context>;
  compileAction(action: ActionConfig): Action;
}

/**
 * Leads from what is matched to an action (`xds.type.matcher.v3.Matcher`). A branch that is taken and comes to no action
 * counts as not taken. Compiled from configuration; keeps nothing of what it matches.
 */
export class MatcherTree<Context, Action> {
  private readonly branches: Branches<Context, Action> | null;
  private readonly onNoMatch: Outcome<Context, Action> | null;

  constructor(branches: Branches<Context, Action> | null, onNoMatch: Outcome<Context, Action> | null) {
    this.branches = branches;
    this.onNoMatch = onNoMatch;
  }

  /**
   * The action, null when there is none.
   * @param steps where to write what was asked; null when nobody wants to know
   */
  match(context: Context, steps: MatcherStep[] | null): Action | null {
    const action = this.branches === null ? null : this.branches.match(context, steps);
    if (action !== null || this.onNoMatch === null) return action;
    steps?.push({ field: "on_no_match", asked: "nothing else", met: true });
    return this.onNoMatch.resolve(context, steps);
  }
}

/** Throws on bad patterns: configuration checks them first. */
export function compileMatcherTree<Context, Action, Input, ActionConfig>(
  config: MatcherTreeConfig<Input, ActionConfig>,
  parts: MatcherTreeParts<Context, Action, Input, ActionConfig>,
): MatcherTree<Context, Action> {
  const { branches, onNoMatch } = config;
  const otherwise = onNoMatch === null ? null : compileOutcome(onNoMatch, parts);
  return new MatcherTree(branches === null ? null : compileBranches(branches, parts), otherwise);
}

function compileBranches<Context, Action, Input, ActionConfig>(
  branches: NonNullable<MatcherTreeConfig<Input, ActionConfig>["branches"]>,
  parts: MatcherTreeParts<Context, Action, Input, ActionConfig>,
): Branches<Context, Action> {
  if (branches.kind === "list") {
    return new PredicateList(
      branches.matchers.map(({ predicate }) => compilePredicate(predicate, (input) => parts.compileInput(input))),
      branches.matchers.map(({ onMatch }) => compileOutcome(onMatch, parts)),
    );
  }
  const entries = new Map<string, Outcome<Context, Action>>();
  for (const { key, onMatch } of branches.entries) entries.set(wireText(key), compileOutcome(onMatch, parts));
  const looked = parts.compileInput(branches.input);
  return branches.kind === "exactMap" ? new ExactMap(looked, entries) : new PrefixMap(looked, entries);
}

function compileOutcome<Context, Action, Input, ActionConfig>(
  config: OnMatchConfig<Input, ActionConfig>,
  parts: MatcherTreeParts<Context, Action, Input, ActionConfig>,
): Outcome<Context, Action> {
  if (config.kind === "action") return new Outcome<Context, Action>(parts.compileAction(config.action), null);
  return new Outcome<Context, Action>(null, compileMatcherTree(config.matcher, parts));
}

/** An action, or another tree to ask. */
class Outcome<Context, Action> {
  private readonly action: Action | null;
  private readonly tree: MatcherTree<Context, Action> | null;

  constructor(action: Action | null, tree: MatcherTree<Context, Action> | null) {
    this.action = action;
    this.tree = tree;
  }

  resolve(context: Context, steps: MatcherStep[] | null): Action | null {
    return this.tree === null ? this.action : this.tree.match(context, steps);
  }
}

interface Branches<Context, Action> {
  match(context: Context, steps: MatcherStep[] | null): Action | null;
}

class PredicateList<Context, Action> implements Branches<Context, Action> {
  private readonly predicates: readonly Predicate<Context>[];
  private readonly outcomes: readonly Outcome<Context, Action>[];

  constructor(predicates: readonly Predicate<Context>[], outcomes: readonly Outcome<Context, Action>[]) {
    this.predicates = predicates;
    this.outcomes = outcomes;
  }

  match(context: Context, steps: MatcherStep[] | null): Action | null {
    const { predicates, outcomes } = this;
    for (let i = 0; i < predicates.length; i++) {
      const predicate = predicates[i] as Predicate<Context>;
      const met = predicate.matches(context);
      steps?.push({ field: `matcher_list.matchers[${i}]`, asked: predicate.describe(), met });
      if (!met) continue;
      const action = (outcomes[i] as Outcome<Context, Action>).resolve(context, steps);
      if (action !== null) return action;
    }
    return null;
  }
}

class ExactMap<Context, Action> implements Branches<Context, Action> {
  private readonly input: MatchingInput<Context>;
  private readonly entries: ReadonlyMap<string, Outcome<Context, Action>>;

  constructor(input: MatchingInput<Context>, entries: ReadonlyMap<string, Outcome<Context, Action>>) {
    this.input = input;
    this.entries = entries;
  }

  match(context: Context, steps: MatcherStep[] | null): Action | null {
    const value = this.input.get(context);
    const outcome = value === null ? undefined : this.entries.get(value);
    const asked = steps === null ? "" : `${this.input.describe()}: ${JSON.stringify(value)}`;
    steps?.push({ field: "matcher_tree.exact_match_map", asked, met: outcome !== undefined });
    return outcome === undefined ? null : outcome.resolve(context, steps);
  }
}

class PrefixMap<Context, Action> implements Branches<Context, Action> {
  private readonly input: MatchingInput<Context>;
  private readonly entries: ReadonlyMap<string, Outcome<Context, Action>>;
  /** Of the prefixes, each once, the longest first: a lookup for each. */
  private readonly lengths: readonly number[];

  constructor(input: MatchingInput<Context>, entries: ReadonlyMap<string, Outcome<Context, Action>>) {
    this.input = input;
    this.entries = entries;
    this.lengths = lengthsOf(entries.keys());
  }

  match(context: Context, steps: MatcherStep[] | null): Action | null {
    const value = this.input.get(context);
    if (value === null) return null;
    for (const length of this.lengths) {
      if (length > value.length) continue;
      const prefix = value.slice(0, length);
      const outcome = this.entries.get(prefix);
      if (outcome === undefined) continue;
      const asked = steps === null ? "" : `${this.input.describe()}: prefix ${JSON.stringify(prefix)}`;
      steps?.push({ field: "matcher_tree.prefix_match_map", asked, met: true });
      const action = outcome.resolve(context, steps);
      if (action !== null) return action;
    }
    return null;
  }
}

function lengthsOf(keys: Iterable<string>): number[] {
  const lengths = new Set<number>();
  for (const key of keys) lengths.add(key.length);
  return [...lengths].sort((a, b) => b - a);
}
