import type { SubstitutionFormatString } from "../gen/envoy/config/core/v3/substitution_format_string_pb.js";
import type {
  LocalReplyConfig as LocalReplyMessage,
  ResponseMapper,
} from "../gen/envoy/extensions/filters/network/http_connection_manager/v3/http_connection_manager_pb.js";
import type { LocalReplyConfig, ReplyMapperConfig } from "../http/filter/local-reply-rewriter.js";
import type { ReplyBodyFormatConfig } from "../http/formatter/body-format-config.js";
import { utf8Bytes } from "../http/formatter/byte-text.js";
import { ACCESS_LOG_FILTER_FIELDS, convertAccessLogFilter } from "./access-log-filter.js";
import { convertLogFormat, LOG_FORMAT_FIELDS } from "./access-log-format.js";
import type { ConversionContext } from "./conversion-context.js";
import { DATA_SOURCE_FIELDS, readDataSource } from "./data-source.js";
import { convertHeaderRules, HEADER_RULE_FIELDS } from "./header-rules.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

const PACKAGE = "envoy.extensions.filters.network.http_connection_manager.v3";

export const LOCAL_REPLY_FIELDS: MessageTable = implemented<LocalReplyMessage>(`${PACKAGE}.LocalReplyConfig`, {
  mappers: implemented<ResponseMapper>(`${PACKAGE}.ResponseMapper`, {
    filter: ACCESS_LOG_FILTER_FIELDS,
    status_code: true,
    body: DATA_SOURCE_FIELDS,
    body_format_override: LOG_FORMAT_FIELDS,
    headers_to_add: HEADER_RULE_FIELDS,
  }),
  body_format: LOG_FORMAT_FIELDS,
});

/** Null where local replies stay as they are. */
export function convertLocalReplies(
  message: LocalReplyMessage | undefined,
  context: ConversionContext,
): LocalReplyConfig | null {
  if (message === undefined) return null;
  const mappers = message.mappers.map((mapper) => convertMapper(mapper, context)).filter((mapper) => mapper !== null);
  const bodyFormat = convertBodyFormat(message.bodyFormat, context);
  return mappers.length === 0 && bodyFormat === null ? null : { mappers, bodyFormat };
}

function convertMapper(message: ResponseMapper, context: ConversionContext): ReplyMapperConfig | null {
  // Its absence breaks a constraint of the proto and has been reported.
  if (message.filter === undefined) return null;
  const filter = convertAccessLogFilter(message.filter, context);
  const body = message.body === undefined ? null : readDataSource(message.body, context);
  const bodyFormat = convertBodyFormat(message.bodyFormatOverride, context);
  const headers = convertHeaderRules(message.headersToAdd, context);
  if (filter === null) return null;
  return { filter, status: message.statusCode ?? 0, body: body === null ? null : utf8Bytes(body), bodyFormat, headers };
}

/** How a body is made; null without a format, and with an error for one that cannot be used. */
export function convertBodyFormat(
  message: SubstitutionFormatString | undefined,
  context: ConversionContext,
): ReplyBodyFormatConfig | null {
  if (message === undefined) return null;
  const format = convertLogFormat(message, context);
  if (format === null) return null;
  const standard = format.kind === "json" ? "application/json" : "text/plain";
  return { format, contentType: message.contentType === "" ? standard : message.contentType };
}
