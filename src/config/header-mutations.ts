import type {
  HeaderMutation,
  HeaderMutation_RemoveOnMatch as RemoveOnMatch,
} from "../gen/envoy/config/common/mutation_rules/v3/mutation_rules_pb.js";
import { isToken } from "../http/headers/header-syntax.js";
import type { HeaderMutationConfig } from "../route/mirror-policy-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertHeaderRules, HEADER_RULE_FIELDS } from "./header-rules.js";
import { implemented, type MessageTable } from "./implemented-fields.js";
import { convertStringMatcher, STRING_MATCHER_FIELDS } from "./string-matcher.js";

export const HEADER_MUTATION_FIELDS: MessageTable = implemented<HeaderMutation>(
  "envoy.config.common.mutation_rules.v3.HeaderMutation",
  {
    remove: true,
    append: HEADER_RULE_FIELDS,
    remove_on_match: implemented<RemoveOnMatch>("envoy.config.common.mutation_rules.v3.HeaderMutation.RemoveOnMatch", {
      key_matcher: STRING_MATCHER_FIELDS,
    }),
  },
);

/** Changes of headers one by one. What cannot be used has reported an error and is left out. */
export function convertHeaderMutations(
  messages: readonly HeaderMutation[],
  context: ConversionContext,
): HeaderMutationConfig[] {
  return messages.map((message) => convertHeaderMutation(message, context)).filter((mutation) => mutation !== null);
}

function convertHeaderMutation(message: HeaderMutation, context: ConversionContext): HeaderMutationConfig | null {
  const { action } = message;
  switch (action.case) {
    case "append": {
      const [rule] = convertHeaderRules([action.value], context);
      return rule === undefined ? null : { kind: "add", rule };
    }
    case "remove":
      return isRemovable(message, action.value, context) ? { kind: "remove", name: action.value.toLowerCase() } : null;
    case "removeOnMatch": {
      const { keyMatcher } = action.value;
      const matcher = keyMatcher === undefined ? null : convertStringMatcher(keyMatcher, context);
      return matcher === null ? null : { kind: "removeMatching", matcher };
    }
    case undefined:
      // Required by the proto's own constraints.
      return null;
  }
}

function isRemovable(message: HeaderMutation, name: string, context: ConversionContext): boolean {
  if (name.startsWith(":") || name.toLowerCase() === "host") {
    context.error(message, "remove", `\`${name}\` cannot be removed: it is what the message is, not a field of it`);
  } else if (!isToken(name)) context.error(message, "remove", `"${name}" is no name of a header`);
  else return true;
  return false;
}
