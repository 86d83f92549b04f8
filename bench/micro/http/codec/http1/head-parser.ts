import type { CodecError } from "../../../../../src/http/codec/codec-error.js";
import { encodeRequestHead, encodeResponseHead } from "../../../../../src/http/codec/http1/head-encoder.js";
import type { MessageHead } from "../../../../../src/http/codec/http1/message-head.js";
import { Http1Parser, type MessageCallbacks } from "../../../../../src/http/codec/http1/parser.js";
import { DEFAULT_PARSER_SETTINGS } from "../../../../../src/http/codec/http1/parser-settings.js";
import { HeaderMap } from "../../../../../src/http/headers/header-map.js";

/*
 * Nanoseconds to parse and to write a typical head. Run it:
 * node dist/bench/micro/http/codec/http1/head-parser.js
 */

const ROUNDS = 31;
const HEADS_PER_ROUND = 100_000;

const REQUEST = [
  "GET /api/v1/items/42?fields=name,price HTTP/1.1",
  "Host: shop.example.com",
  "User-Agent: Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
  "Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8",
  "Accept-Language: en-US,en;q=0.5",
  "Accept-Encoding: gzip, deflate, br",
  "Connection: keep-alive",
  "Cookie: session=0123456789abcdef",
  "X-Request-Id: cc21d9b0-cf5c-432b-8c7e-98aeb7988cd2",
  "X-Forwarded-For: 203.0.113.9",
  "Cache-Control: no-cache",
];

const RESPONSE = [
  "HTTP/1.1 200 OK",
  "Date: Thu, 01 Jan 2026 00:00:00 GMT",
  "Content-Type: application/json; charset=utf-8",
  "Content-Length: 0",
  "Cache-Control: private, max-age=0",
  'ETag: "33a64df551425fcc55e4d42a148795d9f25f89d4"',
  "Vary: Accept-Encoding",
  "Server: upstream",
];

let seen = 0;

class Sink implements MessageCallbacks {
  headers = new HeaderMap();

  onMessageHead(head: MessageHead): void {
    this.headers = head.headers;
    seen += head.headers.size;
  }

  onBody(): void {}

  onMessageEnd(): void {
    seen++;
  }

  onParseError(error: CodecError): void {
    throw new Error(error.message);
  }
}

function bytesOf(lines: readonly string[]): Buffer {
  return Buffer.from(`${lines.join("\r\n")}\r\n\r\n`, "latin1");
}

function measure(name: string, work: () => void): void {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    for (let i = 0; i < HEADS_PER_ROUND; i++) work();
    times.push(((performance.now() - start) * 1e6) / HEADS_PER_ROUND);
  }
  times.sort((a, b) => a - b);
  const median = times[ROUNDS >> 1] as number;
  console.log(`${name.padEnd(44)} ${median.toFixed(0).padStart(6)} ns (best ${times[0]?.toFixed(0)})`);
}

const limits = DEFAULT_PARSER_SETTINGS;
const request = bytesOf(REQUEST);
const requestSink = new Sink();
const requestParser = new Http1Parser("request", limits, requestSink);
const response = bytesOf(RESPONSE);
const responseSink = new Sink();
const responseParser = new Http1Parser("response", limits, responseSink);

measure(`parse a request, ${REQUEST.length - 1} fields, ${request.length} bytes`, () => {
  requestParser.execute(request);
});
measure(`parse a response, ${RESPONSE.length - 1} fields, ${response.length} bytes`, () => {
  responseParser.execute(response);
});
const half = request.length >> 1;
const [first, second] = [request.subarray(0, half), request.subarray(half)];
measure("parse a request in two reads", () => {
  requestParser.execute(first);
  requestParser.execute(second);
});
measure("write the request, flattened as bytes", () => {
  seen += Buffer.from(encodeRequestHead(requestSink.headers, "none"), "latin1").length;
});
measure("write the response, flattened as bytes", () => {
  seen += Buffer.from(encodeResponseHead(responseSink.headers, "length", "GET", ""), "latin1").length;
});
console.log(`(${seen})`);
