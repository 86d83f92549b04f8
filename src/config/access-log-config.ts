import type { AccessLog } from "../gen/envoy/config/accesslog/v3/accesslog_pb.js";
import type { FileAccessLog } from "../gen/envoy/extensions/access_loggers/file/v3/file_pb.js";
import type { StderrAccessLog, StdoutAccessLog } from "../gen/envoy/extensions/access_loggers/stream/v3/stream_pb.js";
import type { AccessLogConfig, AccessLogSinkConfig, LogFormatConfig } from "../stream-info/access-log-config.js";
import { ACCESS_LOG_FILTER_FIELDS, convertAccessLogFilter, extensionFilterIn } from "./access-log-filter.js";
import { checkFormat, convertLogFormat, jsonFormat, LOG_FORMAT_FIELDS, textFormat } from "./access-log-format.js";
import type { ConversionContext } from "./conversion-context.js";
import { type Extension, extension, resolveExtension } from "./extension.js";
import { extensions, implemented, type MessageTable } from "./implemented-fields.js";

/** What a logger says: where lines go and how they look. */
type Logger = Pick<AccessLogConfig, "sink" | "format">;

const FILE_FIELDS = implemented<FileAccessLog>("envoy.extensions.access_loggers.file.v3.FileAccessLog", {
  path: true,
  format: true,
  json_format: true,
  typed_json_format: true,
  log_format: LOG_FORMAT_FIELDS,
});
const STDOUT_FIELDS = implemented<StdoutAccessLog>("envoy.extensions.access_loggers.stream.v3.StdoutAccessLog", {
  log_format: LOG_FORMAT_FIELDS,
});
const STDERR_FIELDS = implemented<StderrAccessLog>("envoy.extensions.access_loggers.stream.v3.StderrAccessLog", {
  log_format: LOG_FORMAT_FIELDS,
});

/** The access loggers that exist. A new one is added here. */
const ACCESS_LOGGERS: readonly Extension<Logger>[] = [
  extension<FileAccessLog, Logger>("envoy.access_loggers.file", FILE_FIELDS, convertFileLogger),
  extension<StdoutAccessLog, Logger>("envoy.access_loggers.stdout", STDOUT_FIELDS, (message, context) =>
    convertStreamLogger(message, { kind: "stdout" }, context),
  ),
  extension<StderrAccessLog, Logger>("envoy.access_loggers.stderr", STDERR_FIELDS, (message, context) =>
    convertStreamLogger(message, { kind: "stderr" }, context),
  ),
];

export const ACCESS_LOG_FIELDS: MessageTable = implemented<AccessLog>("envoy.config.accesslog.v3.AccessLog", {
  name: true,
  filter: ACCESS_LOG_FILTER_FIELDS,
  typed_config: extensions(() => ACCESS_LOGGERS.map((logger) => logger.table)),
});

export function convertAccessLogs(messages: readonly AccessLog[], context: ConversionContext): AccessLogConfig[] {
  return messages.map((message) => convertAccessLog(message, context)).filter((log) => log !== null);
}

/** What Sluice cannot write, or not choose the lines of, is left out: a log that is missing leads no request astray. */
function convertAccessLog(message: AccessLog, context: ConversionContext): AccessLogConfig | null {
  const found = resolveExtension(context, message, "access logger", ACCESS_LOGGERS, NOT_WRITTEN);
  if (found === null) return null;
  const logger = found.extension.convert(found.message, context);
  const unknownFilter = message.filter === undefined ? null : extensionFilterIn(message.filter);
  if (unknownFilter !== null) {
    const text = "this filter of access logs is known but not implemented by Sluice yet";
    context.noEffect(unknownFilter, "filterSpecifier", `${text}; ${NOT_WRITTEN}`);
    return null;
  }
  const filter = message.filter === undefined ? null : convertAccessLogFilter(message.filter, context);
  if (logger === null || (message.filter !== undefined && filter === null)) return null;
  return { ...logger, filter };
}

const NOT_WRITTEN = "this log is not written";

function convertFileLogger(message: FileAccessLog, context: ConversionContext): Logger | null {
  const format = convertFileFormat(message, context);
  return format === null ? null : { sink: sinkOf(message.path), format };
}

function convertFileFormat(message: FileAccessLog, context: ConversionContext): LogFormatConfig | null {
  const { accessLogFormat } = message;
  switch (accessLogFormat.case) {
    case "format":
      // Envoy takes an empty string for no format.
      if (accessLogFormat.value === "") return convertLogFormat(undefined, context);
      return checkFormat(textFormat(accessLogFormat.value), message, accessLogFormat.case, context);
    case "jsonFormat":
    case "typedJsonFormat":
      return checkFormat(jsonFormat(accessLogFormat.value), message, accessLogFormat.case, context);
    case "logFormat":
      return convertLogFormat(accessLogFormat.value, context);
    case undefined:
      return convertLogFormat(undefined, context);
  }
}

/** The usual way to log to the console in a container, where these paths may not even be writable. */
function sinkOf(path: string): AccessLogSinkConfig {
  if (path === "/dev/stdout") return { kind: "stdout" };
  if (path === "/dev/stderr") return { kind: "stderr" };
  return { kind: "file", path };
}

function convertStreamLogger(
  message: StdoutAccessLog | StderrAccessLog,
  sink: AccessLogSinkConfig,
  context: ConversionContext,
): Logger | null {
  const { accessLogFormat } = message;
  const format = convertLogFormat(accessLogFormat.case === "logFormat" ? accessLogFormat.value : undefined, context);
  return format === null ? null : { sink, format };
}
