import type { Message } from "@bufbuild/protobuf";
import type {
  JsonFormatOptions,
  SubstitutionFormatString,
} from "../gen/envoy/config/core/v3/substitution_format_string_pb.js";
import type { Metadata } from "../gen/envoy/extensions/formatter/metadata/v3/metadata_pb.js";
import type { ReqWithoutQuery } from "../gen/envoy/extensions/formatter/req_without_query/v3/req_without_query_pb.js";
import { DEFAULT_LOG_FORMAT } from "../http/formatter/default-format.js";
import { FormatError } from "../http/formatter/format-error.js";
import { operatorNames } from "../http/formatter/format-parser.js";
import { compileFormat } from "../http/formatter/substitution-format.js";
import type { JsonLogFormat, LogFormatConfig } from "../stream-info/access-log-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { DATA_SOURCE_FIELDS, readDataSource } from "./data-source.js";
import { closestName } from "./decode/closest-name.js";
import { didYouMean } from "./decode/fault.js";
import { typedExtensionFields } from "./extension.js";
import type { FieldName } from "./field-name.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

/** Extensions whose operators are there in any case. */
const FORMATTERS: readonly MessageTable[] = [
  implemented<Metadata>("envoy.extensions.formatter.metadata.v3.Metadata", {}),
  implemented<ReqWithoutQuery>("envoy.extensions.formatter.req_without_query.v3.ReqWithoutQuery", {}),
];

export const LOG_FORMAT_FIELDS: MessageTable = implemented<SubstitutionFormatString>(
  "envoy.config.core.v3.SubstitutionFormatString",
  {
    text_format: true,
    json_format: true,
    text_format_source: DATA_SOURCE_FIELDS,
    omit_empty_values: true,
    // For bodies; a line has no type.
    content_type: true,
    formatters: typedExtensionFields(() => FORMATTERS),
    json_format_options: implemented<JsonFormatOptions>("envoy.config.core.v3.JsonFormatOptions", {
      sort_properties: true,
    }),
  },
);

/** `log_format` of the loggers; Envoy's default format when it is not set. */
export function convertLogFormat(
  message: SubstitutionFormatString | undefined,
  context: ConversionContext,
): LogFormatConfig | null {
  if (message === undefined) return DEFAULT_LOG_FORMAT;
  const { format, omitEmptyValues } = message;
  checkFormatters(message, context);
  switch (format.case) {
    case "textFormat":
      return checkFormat({ ...textFormat(format.value), omitEmptyValues }, message, "textFormat", context);
    case "jsonFormat": {
      const json = message.jsonFormatOptions?.sortProperties === true ? sorted(format.value) : format.value;
      return checkFormat({ ...jsonFormat(json), omitEmptyValues }, message, "jsonFormat", context);
    }
    case "textFormatSource": {
      const text = readDataSource(format.value, context);
      if (text === null) return null;
      return checkFormat({ ...textFormat(text), omitEmptyValues }, message, "textFormatSource", context);
    }
    case undefined:
      return null;
  }
}

function checkFormatters(message: SubstitutionFormatString, context: ConversionContext): void {
  for (const { name, typedConfig } of message.formatters) {
    const typeName = typedConfig === undefined ? undefined : context.unpack(typedConfig)?.desc.typeName;
    if (typedConfig === undefined || typeName === undefined) continue;
    if (FORMATTERS.some((table) => table.typeName === typeName)) continue;
    const text = `the formatter "${name}" (\`${typeName}\`) is known but not implemented by Sluice yet`;
    context.noEffect(typedConfig, null, `${text}; its operators print no value`);
  }
}

/** Objects with their keys in order, at every depth. */
function sorted(json: JsonLogFormat): JsonLogFormat {
  if (typeof json !== "object" || json === null) return json;
  if (Array.isArray(json)) return json.map(sorted);
  const entries = Object.entries(json as Record<string, JsonLogFormat>);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, value]) => [key, sorted(value)]));
}

export function textFormat(text: string): LogFormatConfig {
  return { kind: "text", text, json: null, omitEmptyValues: false };
}

export function jsonFormat(json: JsonLogFormat): LogFormatConfig {
  return { kind: "json", text: "", json, omitEmptyValues: false };
}

/**
 * Compiles the format as the proxy will, so that its mistakes are found with the others. Null with an error when it
 * cannot be used; a warning for operators that never have a value.
 */
export function checkFormat<M extends Message>(
  format: LogFormatConfig,
  owner: M,
  field: FieldName<M>,
  context: ConversionContext,
): LogFormatConfig | null {
  try {
    for (const operator of compileFormat(format).unsupported) {
      context.noEffect(owner, field, `%${operator}% is known but not implemented by Sluice yet; it prints no value`);
    }
    return format;
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    const unknown = /^unknown operator %([A-Z0-9_]+)%/.exec(error.reason)?.[1];
    const proposal = unknown === undefined ? null : closestName(unknown, operatorNames());
    context.error(owner, field, error.message, didYouMean(proposal));
    return null;
  }
}
