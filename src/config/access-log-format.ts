import type { SubstitutionFormatString } from "../gen/envoy/config/core/v3/substitution_format_string_pb.js";
import type { JsonLogFormat, LogFormatConfig } from "../stream-info/access-log-config.js";
import type { ConversionContext } from "./conversion-context.js";
import { DATA_SOURCE_FIELDS, readDataSource } from "./data-source.js";
import { implemented, type MessageTable } from "./implemented-fields.js";

/** https://www.envoyproxy.io/docs/envoy/latest/configuration/observability/access_log/usage#default-format-string */
export const DEFAULT_LOG_FORMAT =
  '[%START_TIME%] "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL%" %RESPONSE_CODE% %RESPONSE_FLAGS% ' +
  "%BYTES_RECEIVED% %BYTES_SENT% %DURATION% %RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)% " +
  '"%REQ(X-FORWARDED-FOR)%" "%REQ(USER-AGENT)%" "%REQ(X-REQUEST-ID)%" "%REQ(:AUTHORITY)%" "%UPSTREAM_HOST%"\n';

export const LOG_FORMAT_FIELDS: MessageTable = implemented<SubstitutionFormatString>(
  "envoy.config.core.v3.SubstitutionFormatString",
  { text_format: true, json_format: true, text_format_source: DATA_SOURCE_FIELDS, omit_empty_values: true },
);

/** `log_format` of the loggers; Envoy's default format when it is not set. */
export function convertLogFormat(
  message: SubstitutionFormatString | undefined,
  context: ConversionContext,
): LogFormatConfig | null {
  if (message === undefined) return textFormat(DEFAULT_LOG_FORMAT);
  const { format, omitEmptyValues } = message;
  switch (format.case) {
    case "textFormat":
      return { ...textFormat(format.value), omitEmptyValues };
    case "jsonFormat":
      return { ...jsonFormat(format.value), omitEmptyValues };
    case "textFormatSource": {
      const text = readDataSource(format.value, context);
      return text === null ? null : { ...textFormat(text), omitEmptyValues };
    }
    case undefined:
      return null;
  }
}

export function textFormat(text: string): LogFormatConfig {
  return { kind: "text", text, json: null, omitEmptyValues: false };
}

export function jsonFormat(json: JsonLogFormat): LogFormatConfig {
  return { kind: "json", text: "", json, omitEmptyValues: false };
}
