import type { Message } from "@bufbuild/protobuf";
import type { HeaderValueOption } from "../gen/envoy/config/core/v3/base_pb.js";
import type { HeaderRuleListConfig, HeaderRulesConfig } from "../route/header-rules-config.js";
import type { ConversionContext } from "./conversion-context.js";
import type { FieldName } from "./field-name.js";
import { convertHeaderRules, convertRemovedHeaders, HEADER_RULE_FIELDS } from "./header-rules.js";

/** The fields of a level that has header rules. */
export const ROUTE_HEADER_FIELDS = {
  request_headers_to_add: HEADER_RULE_FIELDS,
  request_headers_to_remove: true,
  response_headers_to_add: HEADER_RULE_FIELDS,
  response_headers_to_remove: true,
} as const;

/** Route configuration, virtual host, route and weighted cluster. */
interface HeaderRuleOwner extends Message {
  readonly requestHeadersToAdd: HeaderValueOption[];
  readonly requestHeadersToRemove: string[];
  readonly responseHeadersToAdd: HeaderValueOption[];
  readonly responseHeadersToRemove: string[];
}

/** The rules of one level, null when it has none. What cannot be used has reported an error and is left out. */
export function convertRouteHeaders<M extends HeaderRuleOwner>(
  message: M,
  context: ConversionContext,
): HeaderRulesConfig | null {
  const request = ruleList(message.requestHeadersToAdd, message, "requestHeadersToRemove", context);
  const response = ruleList(message.responseHeadersToAdd, message, "responseHeadersToRemove", context);
  return request === null && response === null ? null : { request, response };
}

function ruleList<M extends HeaderRuleOwner>(
  added: readonly HeaderValueOption[],
  message: M,
  removeField: "requestHeadersToRemove" | "responseHeadersToRemove",
  context: ConversionContext,
): HeaderRuleListConfig | null {
  const remove = convertRemovedHeaders(message, removeField as FieldName<M>, message[removeField], context);
  const add = convertHeaderRules(added, context);
  return remove.length === 0 && add.length === 0 ? null : { remove, add };
}
