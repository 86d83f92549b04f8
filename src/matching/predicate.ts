import type { PredicateConfig } from "./matcher-tree-config.js";
import { compileStringMatcher, type StringMatcher } from "./string-matcher.js";

/** One value of what is matched: a header, an address. */
export interface MatchingInput<Context> {
  /** Null when there is none. */
  get(context: Context): string | null;
  /** For people: `header x-a`. */
  describe(): string;
}

/** Says of what is matched whether it is as configured (`xds.type.matcher.v3.Matcher.MatcherList.Predicate`). */
export interface Predicate<Context> {
  matches(context: Context): boolean;
  describe(): string;
}

/** Throws on a bad pattern: configuration checks it first. */
export function compilePredicate<Context, Input>(
  config: PredicateConfig<Input>,
  compileInput: (input: Input) => MatchingInput<Context>,
): Predicate<Context> {
  switch (config.kind) {
    case "single":
      return new InputPredicate(compileInput(config.input), compileStringMatcher(config.value));
    case "and":
      return new AllOf(config.predicates.map((inner) => compilePredicate(inner, compileInput)));
    case "or":
      return new AnyOf(config.predicates.map((inner) => compilePredicate(inner, compileInput)));
    case "not":
      return new Inverted(compilePredicate(config.predicate, compileInput));
  }
}

/** An input that is missing matches nothing. */
class InputPredicate<Context> implements Predicate<Context> {
  private readonly input: MatchingInput<Context>;
  private readonly matcher: StringMatcher;

  constructor(input: MatchingInput<Context>, matcher: StringMatcher) {
    this.input = input;
    this.matcher = matcher;
  }

  matches(context: Context): boolean {
    const value = this.input.get(context);
    return value !== null && this.matcher.matches(value);
  }

  describe(): string {
    return `${this.input.describe()}: ${this.matcher.describe()}`;
  }
}

class AllOf<Context> implements Predicate<Context> {
  private readonly predicates: readonly Predicate<Context>[];

  constructor(predicates: readonly Predicate<Context>[]) {
    this.predicates = predicates;
  }

  matches(context: Context): boolean {
    for (const predicate of this.predicates) if (!predicate.matches(context)) return false;
    return true;
  }

  describe(): string {
    return joined(this.predicates, " and ");
  }
}

class AnyOf<Context> implements Predicate<Context> {
  private readonly predicates: readonly Predicate<Context>[];

  constructor(predicates: readonly Predicate<Context>[]) {
    this.predicates = predicates;
  }

  matches(context: Context): boolean {
    for (const predicate of this.predicates) if (predicate.matches(context)) return true;
    return false;
  }

  describe(): string {
    return joined(this.predicates, " or ");
  }
}

class Inverted<Context> implements Predicate<Context> {
  private readonly predicate: Predicate<Context>;

  constructor(predicate: Predicate<Context>) {
    this.predicate = predicate;
  }

  matches(context: Context): boolean {
    return !this.predicate.matches(context);
  }

  describe(): string {
    return `not (${this.predicate.describe()})`;
  }
}

function joined<Context>(predicates: readonly Predicate<Context>[], word: string): string {
  return predicates.map((predicate) => `(${predicate.describe()})`).join(word);
}
