import { HeaderRule, type HeaderRuleConfig } from "../formatter/header-rule.js";
import type { LogContext } from "../formatter/log-context.js";
import type { HeaderMap } from "../headers/header-map.js";

/** One step of `early_header_mutation_extensions`: a field is removed, or added by a rule. */
export type HeaderMutationConfig =
  | { readonly kind: "remove"; readonly name: string }
  | { readonly kind: "append"; readonly rule: HeaderRuleConfig };

/** Changes a request's headers before anything is decided by them. One for all streams of a connection manager. */
export class EarlyHeaderMutation {
  private readonly steps: readonly (string | HeaderRule)[];

  // control plane: once for a connection manager
  constructor(mutations: readonly HeaderMutationConfig[]) {
    this.steps = mutations.map((mutation) =>
      mutation.kind === "remove" ? mutation.name : new HeaderRule(mutation.rule),
    );
  }

  /** In the order of the configuration: each step sees what those before it have done. */
  apply(headers: HeaderMap, context: LogContext): void {
    for (let i = 0; i < this.steps.length; i++) {
      const step = this.steps[i] as string | HeaderRule;
      if (typeof step === "string") {
        headers.remove(step);
        continue;
      }
      const value = step.valueFor(headers, context);
      if (value !== null) step.put(headers, value);
    }
  }
}
