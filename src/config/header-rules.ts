import type { Message } from "@bufbuild/protobuf";
import type { HeaderValue, HeaderValueOption } from "../gen/envoy/config/core/v3/base_pb.js";
import { FormatError } from "../http/formatter/format-error.js";
import type { HeaderAppendAction, HeaderRuleConfig } from "../http/formatter/header-rule.js";
import { TextFormat } from "../http/formatter/substitution-format.js";
import { isToken } from "../http/headers/header-syntax.js";
import type { ConversionContext } from "./conversion-context.js";
import type { FieldName } from "./field-name.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

export const HEADER_RULE_FIELDS: MessageTable = implemented<HeaderValueOption>(
  "envoy.config.core.v3.HeaderValueOption",
  {
    header: implemented<HeaderValue>("envoy.config.core.v3.HeaderValue", { key: true, value: true, raw_value: true }),
    append: true,
    append_action: true,
    keep_empty_value: true,
  },
);

const ACTIONS: Readonly<Record<string, HeaderAppendAction>> = {
  APPEND_IF_EXISTS_OR_ADD: "append",
  ADD_IF_ABSENT: "addIfAbsent",
  OVERWRITE_IF_EXISTS_OR_ADD: "overwriteOrAdd",
  OVERWRITE_IF_EXISTS: "overwriteIfExists",
};

/** Fields that are added to requests or responses; those with an error are left out. */
export function convertHeaderRules(
  messages: readonly HeaderValueOption[],
  context: ConversionContext,
): readonly HeaderRuleConfig[] {
  return messages.map((message) => convertHeaderRule(message, context)).filter((rule) => rule !== null);
}

/** Names of fields that are removed, in lower case; those with an error are left out. @param field that lists them */
export function convertRemovedHeaders<M extends Message>(
  message: M,
  field: FieldName<M>,
  names: readonly string[],
  context: ConversionContext,
): string[] {
  const removed: string[] = [];
  for (const [index, name] of names.entries()) {
    const fault = removedNameFault(name);
    if (fault === null) removed.push(name.toLowerCase());
    else context.itemError(message, field, index, fault);
  }
  return removed;
}

function removedNameFault(name: string): string | null {
  if (name.startsWith(":") || name.toLowerCase() === "host") {
    return `\`${name}\` cannot be removed: it is what the message is, not a field of it`;
  }
  return isToken(name) ? null : `"${name}" is no name of a header`;
}

function convertHeaderRule(message: HeaderValueOption, context: ConversionContext): HeaderRuleConfig | null {
  const { header } = message;
  // Its absence breaks a constraint of the proto and has been reported.
  if (header === undefined) return null;
  const name = header.key.toLowerCase();
  if (name.startsWith(":") || name === "host") {
    const text = `\`${header.key}\` cannot be set here: it is what the message is, not a field of it`;
    context.error(header, "key", text, "see the rewrites of the route");
    return null;
  }
  if (!isToken(name)) {
    context.error(header, "key", `"${header.key}" is no name of a header`);
    return null;
  }
  const action = convertAction(message, context);
  const value = convertValue(header, context);
  if (action === null || value === null) return null;
  return { name, value, action, keepEmptyValue: message.keepEmptyValue };
}

/** `append` is older: it says append or overwrite, and excludes the newer one. */
function convertAction(message: HeaderValueOption, context: ConversionContext): HeaderAppendAction | null {
  const name = context.enumName(message, "appendAction");
  if (message.append === undefined) return ACTIONS[name] ?? null;
  if (name !== "APPEND_IF_EXISTS_OR_ADD") {
    context.error(message, "append", "excludes `append_action`, which says more", "leave `append` out");
    return null;
  }
  return message.append ? "append" : "overwriteOrAdd";
}

function convertValue(header: HeaderValue, context: ConversionContext): string | null {
  const field = header.value === "" && header.rawValue.length > 0 ? "rawValue" : "value";
  const text = field === "value" ? header.value : new TextDecoder().decode(header.rawValue);
  try {
    for (const operator of new TextFormat(text).unsupported) {
      context.noEffect(header, field, `%${operator}% is known but not implemented by Sluice yet; it prints no value`);
    }
    return text;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    context.error(header, field, error.message);
    return null;
  }
}
