import { DEFAULT_FORMAT, DEFAULT_LOG_FORMAT } from "../../../../src/http/formatter/default-format.js";
import type { LogContext } from "../../../../src/http/formatter/log-context.js";
import { compileFormat, type SubstitutionFormat } from "../../../../src/http/formatter/substitution-format.js";
import { HeaderMap } from "../../../../src/http/headers/header-map.js";
import type { JsonLogFormat } from "../../../../src/stream-info/access-log-config.js";
import { StreamInfo } from "../../../../src/stream-info/stream-info.js";

/*
 * Nanoseconds to make one access log line, flattened as a write would have it. Run it:
 * node dist/bench/micro/http/formatter/substitution-format.js
 */

const ROUNDS = 21;
const LINES_PER_ROUND = 200_000;
/** Lines that are joined before they become bytes, as in a file's buffer of 64 KiB. */
const LINES_PER_BUFFER = 300;

const JSON_TEMPLATE: JsonLogFormat = {
  start: "%START_TIME%",
  method: "%REQ(:METHOD)%",
  path: "%REQ(X-ENVOY-ORIGINAL-PATH?:PATH)%",
  protocol: "%PROTOCOL%",
  code: "%RESPONSE_CODE%",
  flags: "%RESPONSE_FLAGS%",
  bytes: { received: "%BYTES_RECEIVED%", sent: "%BYTES_SENT%" },
  duration: "%DURATION%",
  service_time: "%RESP(X-ENVOY-UPSTREAM-SERVICE-TIME)%",
  forwarded_for: "%REQ(X-FORWARDED-FOR)%",
  user_agent: "%REQ(USER-AGENT)%",
  request_id: "%REQ(X-REQUEST-ID)%",
  authority: "%REQ(:AUTHORITY)%",
  upstream: "%UPSTREAM_HOST%",
};

class Exchange implements LogContext {
  readonly requestHeaders = new HeaderMap();
  readonly responseHeaders = new HeaderMap();
  readonly responseTrailers = null;
  readonly localReplyBody = "";
  readonly logType = "DownstreamEnd";
  readonly isHealthCheck = false;
  readonly streamInfo: StreamInfo;

  constructor(number: number) {
    const startMs = 1_000 + number / 7;
    const info = new StreamInfo(number, 3, "HTTP/1.1", startMs, 1_700_000_000_000 + Math.floor(number / 7));
    info.responseCode = 200;
    info.bytesSent = 1_000 + (number % 5_000);
    info.endTimeMs = startMs + (number % 50) + 0.7;
    info.upstreamHost = {
      addressText: "10.0.2.1:8080",
      hostname: "",
      observabilityName: "c",
      canary: false,
      zoneResponses: null,
      metadata: {},
    };
    this.streamInfo = info;
    const request = this.requestHeaders;
    request.method = "GET";
    request.path = `/api/v1/items/${number}`;
    request.authority = "api.example.com";
    request.scheme = "http";
    for (let i = 0; i < 8; i++) request.add(`x-filler-${i}`, "value");
    request.add("user-agent", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36");
    request.add("x-forwarded-for", "203.0.113.9");
    request.add("x-request-id", "cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2");
    this.responseHeaders.status = 200;
    this.responseHeaders.add("content-type", "application/json");
    this.responseHeaders.add("x-envoy-upstream-service-time", "7");
  }

  nowMs(): number {
    return this.streamInfo.endTimeMs;
  }
}

const exchanges = Array.from({ length: 1_000 }, (_, number) => new Exchange(number));
let bytes = 0;

/** Nanoseconds a line. */
function round(format: SubstitutionFormat): number {
  const start = performance.now();
  let buffer = "";
  for (let i = 0; i < LINES_PER_ROUND; i++) {
    buffer += format.formatText(exchanges[i % exchanges.length] as Exchange);
    if (i % LINES_PER_BUFFER === 0) {
      bytes += Buffer.from(buffer, "latin1").length;
      buffer = "";
    }
  }
  return ((performance.now() - start) * 1e6) / LINES_PER_ROUND;
}

function measure(name: string, format: SubstitutionFormat): void {
  const times: number[] = [];
  for (let i = 0; i < ROUNDS; i++) times.push(round(format));
  times.sort((a, b) => a - b);
  const median = times[ROUNDS >> 1] as number;
  console.log(`${name.padEnd(24)} ${median.toFixed(0).padStart(6)} ns a line (best ${times[0]?.toFixed(0)})`);
}

measure("default text format", compileFormat(DEFAULT_LOG_FORMAT));
measure("the same as JSON", compileFormat({ kind: "json", text: "", json: JSON_TEMPLATE, omitEmptyValues: false }));
measure("one operator", compileFormat({ ...DEFAULT_LOG_FORMAT, text: "%RESPONSE_CODE%\n" }));
const start = performance.now();
for (let i = 0; i < 10_000; i++) compileFormat({ ...DEFAULT_LOG_FORMAT, text: DEFAULT_FORMAT });
console.log(`compiling the format     ${((performance.now() - start) / 10).toFixed(0).padStart(6)} us`);
console.log(`(${bytes} bytes)`);
