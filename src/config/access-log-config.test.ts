import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_LOG_FORMAT } from "../http/formatter/default-format.js";
import type { AccessLogConfig } from "../stream-info/access-log-config.js";
import {
  configOf,
  exceptDeprecations,
  LISTENER_PATH,
  listenerText,
  problemsBelow,
} from "./config-text.test.support.js";

const LOGGERS = "t/envoy.extensions.access_loggers";
const FILE = `"@type": ${LOGGERS}.file.v3.FileAccessLog, path: /log`;
const STDOUT = `"@type": ${LOGGERS}.stream.v3.StdoutAccessLog`;

/** The fields of the log begin on line 5, in column 9. */
function text(config: string, filter = ""): string {
  return listenerText(`filter_chains: [{}]\naccess_log: [{ name: a,${filter} typed_config: { ${config} } }]`);
}

function accessLog(config: string, filter?: string): AccessLogConfig {
  const [log] = configOf(text(config, filter)).listeners[0]?.accessLogs ?? [];
  assert.ok(log);
  return log;
}

function problems(config: string, filter?: string): string[] {
  return exceptDeprecations(problemsBelow(`${LISTENER_PATH}.access_log[0]`, text(config, filter)));
}

function textLog(line: string, omitEmptyValues = false): AccessLogConfig["format"] {
  return { kind: "text", text: line, json: null, omitEmptyValues };
}

function jsonLog(json: AccessLogConfig["format"]["json"]): AccessLogConfig["format"] {
  return { kind: "json", text: "", json, omitEmptyValues: false };
}

const FORMATS: readonly (readonly [string, AccessLogConfig["format"]])[] = [
  [FILE, DEFAULT_LOG_FORMAT],
  [`${FILE}, format: ""`, DEFAULT_LOG_FORMAT],
  [`${FILE}, format: "%PROTOCOL%\\n"`, textLog("%PROTOCOL%\n")],
  [
    `${FILE}, json_format: { a: "%PROTOCOL%", b: { c: 1, d: [true, null] } }`,
    jsonLog({ a: "%PROTOCOL%", b: { c: 1, d: [true, null] } }),
  ],
  [`${FILE}, typed_json_format: { a: x }`, jsonLog({ a: "x" })],
  [`${FILE}, log_format: { text_format: x, omit_empty_values: true }`, textLog("x", true)],
  [`${FILE}, log_format: { json_format: { a: x } }`, jsonLog({ a: "x" })],
  [
    `${FILE}, log_format: { json_format: { b: 1, a: { d: 1, c: [{ f: 1, e: 2 }] } }, json_format_options: { sort_properties: true } }`,
    jsonLog({ a: { c: [{ e: 2, f: 1 }], d: 1 }, b: 1 }),
  ],
  [
    `${FILE}, log_format: { text_format: x, formatters: [{ name: f, typed_config: { "@type": t/envoy.extensions.formatter.metadata.v3.Metadata } }] }`,
    textLog("x"),
  ],
  [`${FILE}, log_format: { text_format_source: { inline_string: "%DURATION%" } }`, textLog("%DURATION%")],
  [STDOUT, DEFAULT_LOG_FORMAT],
  [`${STDOUT}, log_format: { text_format_source: { inline_string: x } }`, textLog("x")],
];

test("formats in all their forms", () => {
  for (const [config, expected] of FORMATS) assert.deepEqual(accessLog(config).format, expected, config);
});

test("sinks", () => {
  assert.deepEqual(accessLog(FILE).sink, { kind: "file", path: "/log" });
  assert.deepEqual(accessLog(FILE.replace("/log", "/dev/stdout")).sink, { kind: "stdout" });
  assert.deepEqual(accessLog(FILE.replace("/log", "/dev/stderr")).sink, { kind: "stderr" });
  assert.deepEqual(accessLog(STDOUT).sink, { kind: "stdout" });
  assert.deepEqual(accessLog(STDOUT.replace("Stdout", "Stderr")).sink, { kind: "stderr" });
});

const COMPARISON = "comparison: { op: GE, value: { default_value: 500, runtime_key: k } }";

const FILTERS: readonly (readonly [string, AccessLogConfig["filter"]])[] = [
  [`status_code_filter: { ${COMPARISON} }`, { kind: "statusCode", comparison: { op: "ge", value: 500 } }],
  [
    `status_code_filter: { ${COMPARISON.replace("GE", "NE")} }`,
    { kind: "statusCode", comparison: { op: "ne", value: 500 } },
  ],
  [
    `duration_filter: { ${COMPARISON.replace("GE", "EQ")} }`,
    { kind: "duration", comparison: { op: "eq", value: 500 } },
  ],
  ["not_health_check_filter: {}", { kind: "notHealthCheck" }],
  ["response_flag_filter: { flags: [UH, NR] }", { kind: "responseFlag", flags: ["UH", "NR"] }],
  [
    "runtime_filter: { runtime_key: k, percent_sampled: { numerator: 5, denominator: TEN_THOUSAND }, use_independent_randomness: true }",
    { kind: "runtime", numerator: 5, denominator: 10_000, independentRandomness: true },
  ],
  [
    "metadata_filter: { matcher: { filter: f, path: [{ key: a }, { key: b }], value: { bool_match: true } }, match_if_key_not_found: false }",
    {
      kind: "metadata",
      namespace: "f",
      path: ["a", "b"],
      value: { kind: "bool", value: true },
      invert: false,
      matchIfNotFound: false,
    },
  ],
  [
    "header_filter: { header: { name: X-A, string_match: { exact: b } } }",
    {
      kind: "header",
      matcher: {
        name: "x-a",
        value: { kind: "string", matcher: { kind: "exact", value: "b", ignoreCase: false } },
        invert: false,
        treatMissingAsEmpty: false,
      },
    },
  ],
  [
    "grpc_status_filter: { statuses: [OK, UNAVAILABLE], exclude: true }",
    { kind: "grpcStatus", statuses: [0, 14], exclude: true },
  ],
  [
    "log_type_filter: { types: [DownstreamStart, DownstreamEnd] }",
    { kind: "logType", types: ["DownstreamStart", "DownstreamEnd"], exclude: false },
  ],
  ["response_flag_filter: {}", { kind: "responseFlag", flags: [] }],
  [
    "or_filter: { filters: [{ not_health_check_filter: {} }, { and_filter: { filters: [{ response_flag_filter: {} }, { not_health_check_filter: {} }] } }] }",
    {
      kind: "or",
      filters: [
        { kind: "notHealthCheck" },
        { kind: "and", filters: [{ kind: "responseFlag", flags: [] }, { kind: "notHealthCheck" }] },
      ],
    },
  ],
];

test("filters", () => {
  for (const [filter, expected] of FILTERS) {
    assert.deepEqual(accessLog(STDOUT, ` filter: { ${filter} },`).filter, expected, filter);
  }
});

const FAULTS: readonly (readonly [string, string, readonly string[]])[] = [
  [
    `${STDOUT}, log_format: { text_format: "%PROTOCL%" }`,
    "",
    [
      "5:142 error typed_config.log_format.text_format: unknown operator %PROTOCL% (at offset 0) -> did you mean `PROTOCOL`?",
    ],
  ],
  [
    `${STDOUT}, log_format: { json_format: { a: ["%X%"] } }`,
    "",
    ["5:142 error typed_config.log_format.json_format: a[0]: unknown operator %X% (at offset 0)"],
  ],
  [
    `${STDOUT}, log_format: { text_format: "%TYPED_CEL(request)%" }`,
    "",
    [
      "5:142 warning typed_config.log_format.text_format: %TYPED_CEL(request)% is known but not implemented by Sluice yet; it prints no value",
    ],
  ],
  [
    `${STDOUT}, log_format: { text_format: x, formatters: [{ name: f, typed_config: { "@type": t/google.protobuf.Empty } }] }`,
    "",
    [
      '5:183 warning typed_config.log_format.formatters[0].typed_config: the formatter "f" (`google.protobuf.Empty`) is known but not implemented by Sluice yet; its operators print no value',
    ],
  ],
  [
    `"@type": ${LOGGERS}.grpc.v3.TcpGrpcAccessLogConfig, common_config: { log_name: l, grpc_service: { google_grpc: { target_uri: x, stat_prefix: x } } }`,
    "",
    [
      '5:43 warning typed_config: the access logger "a" (`envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig`) is known but not implemented by Sluice yet; this log is not written',
    ],
  ],
  [
    STDOUT,
    " filter: { traceable_filter: {} },",
    ["5:57 warning filter.traceable_filter: no request is traced yet, so nothing passes this filter"],
  ],
  [
    STDOUT,
    ' filter: { and_filter: { filters: [{ not_health_check_filter: {} }, { extension_filter: { name: cel, typed_config: { "@type": t/google.protobuf.Empty } } }] } },',
    [
      "5:96 warning filter.and_filter.filters[1]: this filter of access logs is known but not implemented by Sluice yet; this log is not written",
    ],
  ],
  [
    STDOUT,
    " filter: { runtime_filter: { runtime_key: k } },",
    ["5:55 warning filter.runtime_filter: has no `percent_sampled`, so nothing passes this filter"],
  ],
  [
    STDOUT,
    " filter: { response_flag_filter: { flags: [XX] } },",
    ["5:71 error filter.response_flag_filter.flags[0]: must be one of"],
  ],
];

test("faults of access logs", () => {
  for (const [config, filter, expected] of FAULTS) {
    const actual = problems(config, filter).map((line) => line.replace(/(must be one of) LH.*/, "$1"));
    assert.deepEqual(actual, expected, config + filter);
  }
});
