import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeaderMap } from "../headers/header-map.js";
import { DEFAULT_FORMAT, DEFAULT_LOG_FORMAT } from "./default-format.js";
import { bareContext, finishedContext, START_WALL_MS, TEST_HOST } from "./log-context.test.support.js";
import { compileFormat, TextFormat } from "./substitution-format.js";

function line(format: string, context = finishedContext()): string {
  return new TextFormat(format, false, TEST_HOST).formatText(context);
}

test("the default format, golden", () => {
  assert.equal(
    compileFormat(DEFAULT_LOG_FORMAT, TEST_HOST).formatText(finishedContext()),
    '[2016-04-15T20:17:00.310Z] "POST /api/v1/locations?q=a HTTP/1.1" 204 URX,UF 154 12 226 100 "10.0.35.28" ' +
      '"nsq2http" "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2" "locations:8080" "10.0.2.1:80"\n',
  );
});

test("the default format of a client that went away before anything was known", () => {
  assert.equal(
    line(DEFAULT_FORMAT, bareContext()),
    '[2016-04-15T20:17:00.310Z] "- - HTTP/1.1" 0 - 0 0 0 - "-" "-" "-" "-" "-"\n',
  );
});

/** Format, what a finished exchange prints, and what a bare one prints. */
const CASES: readonly (readonly [string, string, string])[] = [
  ["plain %% text", "plain % text", "plain % text"],
  ["", "", ""],
  ["%REQ(:METHOD)%%REQ(:PATH):4%", "POST/rew", "--"],
  ["%REQ(:AUTHORITY)% %REQ(Host)% %REQ(:SCHEME)%", "locations:8080 locations:8080 http", "- - -"],
  ["%REQ(X-MISSING?USER-AGENT):3%", "nsq", "-"],
  ["%REQUEST_HEADER(user-agent?X)%", "nsq2http", "-"],
  ["%RESP(:STATUS)% %RESP(SERVER)% %RESPONSE_HEADER(server):0%", "204 sluice ", "- - -"],
  ["%TRAILER(CHECKSUM)% %RESPONSE_TRAILER(x?checksum):1%", "abc a", "- -"],
  ["%REQ_WITHOUT_QUERY(X-ENVOY-ORIGINAL-PATH?:PATH)%", "/api/v1/locations", "-"],
  ["%PATH%", "/api/v1/locations?q=a", "-"],
  ["%PATH(NQ)% %PATH(NQ:PATH)% %PATH(WQ:ORIG):4%", "/api/v1/locations /rewritten /api", "- - -"],
  ["%QUERY_PARAM(x)% %QUERY_PARAM(name)%", "1 J D%0a", "- -"],
  ["[%QUERY_PARAM(flag)%] %QUERY_PARAM(nope)%", "[] -", "[-] -"],
  ["%PROTOCOL% %UPSTREAM_PROTOCOL%", "HTTP/1.1 HTTP/1.1", "HTTP/1.1 -"],
  ["%RESPONSE_CODE%", "204", "0"],
  ["%RESPONSE_CODE_DETAILS% %RESPONSE_CODE_DETAILS(ALLOW_WHITESPACES)%", "via_upstream via upstream", "- -"],
  ["%CONNECTION_TERMINATION_DETAILS%", "closed", "-"],
  ["%UPSTREAM_TRANSPORT_FAILURE_REASON% %DOWNSTREAM_TRANSPORT_FAILURE_REASON%", "TLS_error -", "- -"],
  ["%RESPONSE_FLAGS_LONG%", "UpstreamRetryLimitExceeded,UpstreamConnectionFailure", "-"],
  ["%BYTES_RECEIVED% %BYTES_SENT%", "154 12", "0 0"],
  ["%REQUEST_HEADERS_BYTES% %RESPONSE_HEADERS_BYTES% %RESPONSE_TRAILERS_BYTES%", "221 54 11", "0 0 0"],
  ["%BYTES_RETRANSMITTED% %PACKETS_RETRANSMITTED%", "0 0", "0 0"],
  ["%DURATION%", "226", "0"],
  ["%REQUEST_DURATION% %REQUEST_TX_DURATION%", "1 3", "- -"],
  ["%RESPONSE_DURATION% %RESPONSE_TX_DURATION%", "100 100", "- -"],
  ["%ROUNDTRIP_DURATION% %DOWNSTREAM_HANDSHAKE_DURATION%", "- -", "- -"],
  ["%COMMON_DURATION(DS_RX_BEG:DS_RX_END:us)%", "1750", "-"],
  ["%COMMON_DURATION(US_RX_BEG:DS_TX_END)% %COMMON_DURATION(US_TX_BEG:US_RX_BEG:ns)%", "100 98250000", "- -"],
  ["%COMMON_DURATION(DS_TX_END:DS_TX_BEG:ms)% %COMMON_DURATION(US_TX_END:US_RX_END)%", "- 147", "- -"],
  ["%ROUTE_NAME% %VIRTUAL_HOST_NAME% %FILTER_CHAIN_NAME%", "route vhost chain", "- - -"],
  ["%UPSTREAM_CLUSTER% %UPSTREAM_CLUSTER_RAW%", "alt cluster", "- -"],
  [
    "%UPSTREAM_HOST% %UPSTREAM_HOST_NAME% %UPSTREAM_HOST_NAME_WITHOUT_PORT%",
    "10.0.2.1:80 db.internal:80 db.internal",
    "- - -",
  ],
  [
    "%UPSTREAM_LOCAL_ADDRESS% %UPSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %UPSTREAM_LOCAL_PORT%",
    "10.0.0.9:51000 10.0.0.9 51000",
    "- - -",
  ],
  [
    "%UPSTREAM_REMOTE_ADDRESS% %UPSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %UPSTREAM_REMOTE_PORT%",
    "/run/up.sock /run/up.sock -",
    "- - -",
  ],
  [
    "%DOWNSTREAM_REMOTE_ADDRESS% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_REMOTE_PORT%",
    "10.0.35.28:0 10.0.35.28 0",
    "- - -",
  ],
  ["%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT(16)%", "10.0.0.0/16", "-"],
  ["%DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT(64)%", "2001:db8:1234:5678::/64", "-"],
  [
    "%DOWNSTREAM_DIRECT_REMOTE_ADDRESS% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_DIRECT_REMOTE_PORT%",
    "[2001:db8:1234:5678:9abc:def0:1234:5678]:40000 2001:db8:1234:5678:9abc:def0:1234:5678 40000",
    "- - -",
  ],
  [
    "%DOWNSTREAM_LOCAL_ADDRESS% %DOWNSTREAM_LOCAL_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_LOCAL_PORT%",
    "10.0.0.9:10000 10.0.0.9 10000",
    "- - -",
  ],
  ["%DOWNSTREAM_DIRECT_LOCAL_ADDRESS% %DOWNSTREAM_DIRECT_LOCAL_PORT%", "10.0.0.9:10000 10000", "- -"],
  ["%UPSTREAM_REQUEST_ATTEMPT_COUNT% %UPSTREAM_CONNECTION_ID% %CONNECTION_ID%", "2 9 3", "0 0 3"],
  ["%STREAM_ID%", "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2", "-"],
  ["%REQUESTED_SERVER_NAME% %REQUESTED_SERVER_NAME(SNI_FIRST:HOST)%", "- locations:8080", "- -"],
  ["%HOSTNAME% %ENVIRONMENT(REGION):2% %ENVIRONMENT(NOPE)%", "proxy-1 eu -", "proxy-1 eu -"],
  ["%LOCAL_REPLY_BODY%|%ACCESS_LOG_TYPE%", "|DownstreamEnd", "|DownstreamEnd"],
  ["%START_TIME%", "2016-04-15T20:17:00.310Z", "2016-04-15T20:17:00.310Z"],
  ["%EMIT_TIME(%T.%3f)%", "20:17:00.540", "20:17:00.310"],
  [
    '%COALESCE({"operators": ["REQUESTED_SERVER_NAME", {"command": "REQ", "param": ":authority"}]}):9%',
    "locations",
    "-",
  ],
  ['%COALESCE({"operators": [{"command": "REQ", "param": "user-agent", "max_length": 2}]})%', "ns", "-"],
  ["%TRACE_ID% %SPAN_ID% %CUSTOM_FLAGS% %VIRTUAL_CLUSTER_NAME%", "- - odd,slow vc", "- - - -"],
  ["%QUERY_PARAMS% %QUERY_PARAMS(ORIG):5%", "x=1&name=J%20D%0a&x=2&flag x=1&n", "- -"],
  ["%QUERY_PARAMS(DECODED)%", "x=1&name=J D%0a&x=2&flag", "-"],
  ["%CLUSTER_METADATA(f:on)% %METADATA(CLUSTER:f)%", 'cluster {"on":"cluster"}', "- -"],
  ["%UPSTREAM_METADATA(f:on):2% %METADATA(UPSTREAM_HOST:f:on)%", "ho host", "- -"],
  ["%METADATA(ROUTE:f:deep)% %METADATA(ROUTE:f:deep:n)% %METADATA(ROUTE:f:nope:n)%", '{"n":1} 1 -', "- - -"],
  ["%METADATA(VIRTUAL_HOST:f:on)% %METADATA(DYNAMIC:f:on)%", "vhost -", "- -"],
  ["%METADATA(LISTENER:f:on)% %METADATA(LISTENER_FILTER_CHAIN:f:on)%", "listener chain", "- -"],
  ["%METADATA(ROUTE:f:deep):4%", '{"n"', "-"],
  [
    "%UPSTREAM_HOSTS_ATTEMPTED% %UPSTREAM_HOSTS_ATTEMPTED_WITHOUT_PORT%",
    "10.0.2.9:80,10.0.2.1:80 10.0.2.9,10.0.2.1",
    "- -",
  ],
  ["%UPSTREAM_HOST_NAMES_ATTEMPTED%", "10.0.2.9:80,db.internal:80", "-"],
  ["%UPSTREAM_HOST_NAMES_ATTEMPTED_WITHOUT_PORT%", "10.0.2.9,db.internal", "-"],
  ["%UPSTREAM_CONNECTION_IDS_ATTEMPTED% %UPSTREAM_CONNECTION_ID%", "8,9 9", "- 0"],
  ["%UPSTREAM_CONNECTION_POOL_READY_DURATION%", "1", "-"],
  ["%COMMON_DURATION(US_CX_BEG:US_CX_END:us)% %COMMON_DURATION(US_CX_END:US_HS_END)%", "250 -", "- -"],
  ["%DOWNSTREAM_WIRE_BYTES_SENT% %DOWNSTREAM_WIRE_BYTES_RECEIVED%", "1 2", "0 0"],
  ["%DOWNSTREAM_HEADER_BYTES_SENT% %DOWNSTREAM_DECOMPRESSED_HEADER_BYTES_RECEIVED%", "3 4", "0 0"],
  ["%UPSTREAM_WIRE_BYTES_SENT% %UPSTREAM_WIRE_BYTES_RECEIVED%", "5 6", "0 0"],
  ["%UPSTREAM_DECOMPRESSED_HEADER_BYTES_SENT% %UPSTREAM_HEADER_BYTES_RECEIVED%", "7 8", "0 0"],
  ["%UPSTREAM_TLS_GROUP% %UPSTREAM_SERVER_NAME% %DOWNSTREAM_PEER_ISSUER_SERIAL%", "- - -", "- - -"],
  ["%UPSTREAM_FILTER_STATE(a:PLAIN):3% %FILTER_STATE(a:FIELD:b)%", "- -", "- -"],
  ["%TRACE_ID% %DYNAMIC_METADATA(a.b:c):5% %DOWNSTREAM_PEER_CERT_V_START(%F)%", "- - -", "- - -"],
];

for (const [format, finished, bare] of CASES) {
  test(`${format} prints ${finished}`, () => {
    assert.equal(line(format), finished);
    assert.equal(line(format, bareContext()), bare);
  });
}

test("missing values print nothing when empty ones are omitted", () => {
  const format = new TextFormat("<%REQ(A)%|%RESPONSE_FLAGS%|%ROUTE_NAME%>", true, TEST_HOST);
  assert.equal(format.formatText(bareContext()), "<|-|>");
});

test("a header that is there and empty is not missing", () => {
  const context = bareContext();
  context.requestHeaders.add("a", "");
  assert.equal(line("<%REQ(A)%>", context), "<>");
});

test("the first of repeated fields is printed", () => {
  const context = bareContext();
  context.requestHeaders.add("a", "1");
  context.requestHeaders.add("a", "2");
  assert.equal(line("%REQ(A)%", context), "1");
});

test("bytes of headers are kept, text of the format becomes UTF-8 bytes", () => {
  const context = bareContext();
  context.requestHeaders.add("a", "\xff");
  assert.equal(line("é %REQ(A)%", context), "\xc3\xa9 \xff");
});

test("a stream that lasts has its duration until now", () => {
  const context = bareContext();
  context.ageMs = 41.7;
  assert.equal(line("%DURATION%", context), "41");
});

test("the requested server name prefers what it is told to", () => {
  const context = finishedContext();
  context.streamInfo.requestedServerName = "sni.example";
  context.requestHeaders.add("x-envoy-original-host", "original.example");
  const format =
    "%REQUESTED_SERVER_NAME(SNI_ONLY)% %REQUESTED_SERVER_NAME(SNI_FIRST)% %REQUESTED_SERVER_NAME(HOST_FIRST)%";
  assert.equal(line(format, context), "sni.example sni.example original.example");
  assert.equal(line("%REQUESTED_SERVER_NAME(HOST_FIRST:HOST)%", context), "locations:8080");
});

test("a stream without its host's name prints the address", () => {
  const context = bareContext();
  context.streamInfo.upstreamHost = {
    addressText: "[::1]:80",
    hostname: "",
    observabilityName: "c",
    canary: false,
    zoneResponses: null,
    metadata: {},
  };
  assert.equal(line("%UPSTREAM_HOST_NAME% %UPSTREAM_HOST_NAME_WITHOUT_PORT%", context), "[::1]:80 [::1]");
});

test("gRPC status: trailers, then headers, then the HTTP status; only for gRPC requests", () => {
  const format = "%GRPC_STATUS% %GRPC_STATUS(SNAKE_STRING)% %GRPC_STATUS(NUMBER)% %GRPC_STATUS_NUMBER%";
  const context = finishedContext();
  assert.equal(line(format, context), "- - - -");
  context.requestHeaders.add("content-type", "application/grpc+proto");
  context.streamInfo.responseCode = 503;
  assert.equal(line(format, context), "Unavailable UNAVAILABLE 14 14");
  (context.responseHeaders as HeaderMap).add("grpc-status", "1");
  assert.equal(line(format, context), "Canceled CANCELLED 1 1");
  (context.responseTrailers as HeaderMap).add("grpc-status", "3");
  assert.equal(line(format, context), "InvalidArgument INVALID_ARGUMENT 3 3");
  (context.responseTrailers as HeaderMap).set("grpc-status", "99");
  assert.equal(line(format, context), "99 99 99 99");
  (context.responseTrailers as HeaderMap).set("grpc-status", "x");
  assert.equal(line("%GRPC_STATUS%", context), "-1");
});

test("formats name the operators that never have a value", () => {
  const format = new TextFormat("%TRACE_ID% %REQ(A)% %COMMON_DURATION(US_RX_BODY_BEG:a.custom.point)% %CEL(a):3%");
  assert.deepEqual(format.unsupported, ["COMMON_DURATION(US_RX_BODY_BEG:a.custom.point)", "CEL(a)"]);
});

test("%UNIQUE_ID% is another one each time", () => {
  const [first, second] = line("%UNIQUE_ID% %UNIQUE_ID%", bareContext()).split(" ");
  assert.match(first as string, /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.notEqual(first, second);
});

test("a compiled format serves many streams", () => {
  const format = new TextFormat("%START_TIME(%s.%3f)% %RESPONSE_CODE%", false, TEST_HOST);
  const context = bareContext();
  for (const ms of [0, 5, 999, 1000, 1001, 500]) {
    context.streamInfo.startWallMs = START_WALL_MS - 310 + ms;
    const second = 1460751420 + Math.floor(ms / 1000);
    assert.equal(format.formatText(context), `${second}.${String(ms % 1000).padStart(3, "0")} 0`);
  }
});
