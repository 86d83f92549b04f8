import type { HeaderMutation as Mutation } from "../gen/envoy/config/common/mutation_rules/v3/mutation_rules_pb.js";
import type { HttpConnectionManager } from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { HeaderMutation } from "../gen/envoy/extensions/http/early_header_mutation/header_mutation/v3/header_mutation_pb.js";
import type { HeaderMutationConfig } from "../http/conn-manager/early-header-mutation.js";
import type { ConversionContext } from "./conversion-context.js";
import { convertTypedExtension, type Extension, extension, typedExtensionFields } from "./extension.js";
import { convertHeaderRules, HEADER_RULE_FIELDS } from "./header-rules.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

const HEADER_MUTATION_FIELDS = implemented<HeaderMutation>(
  "envoy.extensions.http.early_header_mutation.header_mutation.v3.HeaderMutation",
  {
    mutations: implemented<Mutation>("envoy.config.common.mutation_rules.v3.HeaderMutation", {
      remove: true,
      append: HEADER_RULE_FIELDS,
    }),
  },
);

/** The extensions that exist. */
const EARLY_MUTATIONS: readonly Extension<readonly HeaderMutationConfig[]>[] = [
  extension<HeaderMutation, readonly HeaderMutationConfig[]>(
    "envoy.http.early_header_mutation.header_mutation",
    HEADER_MUTATION_FIELDS,
    ({ mutations }, context) => mutations.flatMap((mutation) => convertMutation(mutation, context)),
  ),
];

export const EARLY_MUTATION_FIELDS: MessageTable = typedExtensionFields(() =>
  EARLY_MUTATIONS.map(({ table }) => table),
);

/** All extensions in their order, as one list. */
export function convertEarlyHeaderMutations(
  message: HttpConnectionManager,
  context: ConversionContext,
): readonly HeaderMutationConfig[] {
  return message.earlyHeaderMutationExtensions.flatMap((typed) => {
    return convertTypedExtension(context, typed, "early mutation of headers", EARLY_MUTATIONS) ?? [];
  });
}

function convertMutation({ action }: Mutation, context: ConversionContext): HeaderMutationConfig[] {
  switch (action.case) {
    case "remove":
      return [{ kind: "remove", name: action.value.toLowerCase() }];
    case "append":
      return convertHeaderRules([action.value], context).map((rule) => ({ kind: "append", rule }));
    // What else there is of newer API is a warning: the field is not in the table.
    default:
      return [];
  }
}
