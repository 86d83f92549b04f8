import { statName } from "../../../route/request-group.js";
import { HTTP_CONDITIONS, parseRetryOn, type RetryConditions } from "../../../route/retry-on.js";
import type { LocalReply } from "../../filter/filter.js";
import { textReply } from "../../filter/local-reply.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { wholeNumber } from "../../headers/whole-number.js";

/*
 * What a request's own `x-envoy-*` headers ask of the router. The connection manager takes them from requests that come
 * from outside, so whoever sets them here may.
 */

/** What a request says of its time. Numbers are null where the header is missing or no number. */
export interface TimeoutDirectives {
  readonly timeoutMs: number | null;
  readonly perTryTimeoutMs: number | null;
  /** What is left of the time of a proxy before this one. */
  readonly expectedTimeoutMs: number | null;
  /** How long one stream to the upstream may last. */
  readonly streamDurationMs: number | null;
  /** A timeout is answered by 204 instead of 504. */
  readonly timeoutAlternative: boolean;
  readonly hedgeOnPerTryTimeout: boolean | null;
}

/** When a request wants to be tried again. */
export interface RetryDirectives {
  readonly retryOn: RetryConditions;
  /** Null where the header is missing or no number. */
  readonly maxRetries: number | null;
  readonly retriableStatusCodes: readonly number[];
  /** Lower case. */
  readonly retriableHeaderNames: readonly string[];
}

const RETRY_ON = "x-envoy-retry-on";
const RETRY_GRPC_ON = "x-envoy-retry-grpc-on";
const MAX_RETRIES = "x-envoy-max-retries";
const STATUS_CODES = "x-envoy-retriable-status-codes";
const HEADER_NAMES = "x-envoy-retriable-header-names";
const TIMEOUT = "x-envoy-upstream-rq-timeout-ms";
const PER_TRY_TIMEOUT = "x-envoy-upstream-rq-per-try-timeout-ms";
const TIMEOUT_ALTERNATIVE = "x-envoy-upstream-rq-timeout-alt-response";
const HEDGE = "x-envoy-hedge-on-per-try-timeout";
const STREAM_DURATION = "x-envoy-upstream-stream-duration-ms";
const EXPECTED_TIMEOUT = "x-envoy-expected-rq-timeout-ms";
const ALT_STAT_NAME = "x-envoy-upstream-alt-stat-name";

/** What is for this proxy alone and does not go on. */
const TIMEOUT_HEADERS: readonly string[] = [TIMEOUT, PER_TRY_TIMEOUT, STREAM_DURATION, TIMEOUT_ALTERNATIVE, HEDGE];
/** The limits of a try once more: rules of the route come after they were read. */
const RETRY_HEADERS: readonly string[] = [
  RETRY_ON,
  RETRY_GRPC_ON,
  MAX_RETRIES,
  STATUS_CODES,
  HEADER_NAMES,
  PER_TRY_TIMEOUT,
  HEDGE,
];

/** Where the response is to be counted a second time, and removes it; empty for nowhere. */
export function takeAltStatName(headers: HeaderMap): string {
  const name = headers.get(ALT_STAT_NAME);
  if (name === null) return "";
  headers.remove(ALT_STAT_NAME);
  return statName(name);
}

/** Reads what the request says of its time, and removes it. For requests that have a header of Envoy's. */
export function takeTimeoutDirectives(headers: HeaderMap): TimeoutDirectives {
  const hedge = headers.get(HEDGE);
  const directives = {
    timeoutMs: numberOf(headers.get(TIMEOUT)),
    perTryTimeoutMs: numberOf(headers.get(PER_TRY_TIMEOUT)),
    expectedTimeoutMs: numberOf(headers.get(EXPECTED_TIMEOUT)),
    streamDurationMs: numberOf(headers.get(STREAM_DURATION)),
    timeoutAlternative: headers.has(TIMEOUT_ALTERNATIVE),
    hedgeOnPerTryTimeout: hedge === "true" || hedge === "false" ? hedge === "true" : null,
  };
  removeAll(TIMEOUT_HEADERS, headers);
  return directives;
}

/** Reads when the request, or a rule of its route, wants it to be tried again, and removes it. */
export function takeRetryDirectives(headers: HeaderMap): RetryDirectives {
  const directives = {
    retryOn:
      (parseRetryOn(headers.getJoined(RETRY_ON) ?? "") & HTTP_CONDITIONS) |
      (parseRetryOn(headers.getJoined(RETRY_GRPC_ON) ?? "") & ~HTTP_CONDITIONS),
    maxRetries: numberOf(headers.get(MAX_RETRIES)),
    retriableStatusCodes: numbersOf(headers.getJoined(STATUS_CODES)),
    retriableHeaderNames: namesOf(headers.getJoined(HEADER_NAMES)),
  };
  removeAll(RETRY_HEADERS, headers);
  return directives;
}

function removeAll(names: readonly string[], headers: HeaderMap): void {
  for (let i = 0; i < names.length; i++) headers.remove(names[i] as string);
}

/** Longer ones are no times and no counts. */
const MAX_DIGITS = 10;

function numberOf(text: string | null): number | null {
  return wholeNumber(text, MAX_DIGITS);
}

function numbersOf(list: string | null): number[] {
  const numbers: number[] = [];
  if (list === null) return numbers;
  for (const item of list.split(",")) {
    const number = numberOf(item.trim());
    if (number !== null) numbers.push(number);
  }
  return numbers;
}

function namesOf(list: string | null): string[] {
  const names: string[] = [];
  if (list === null) return names;
  for (const item of list.split(",")) if (item.trim() !== "") names.push(item.trim().toLowerCase());
  return names;
}

/** All headers that `strict_check_headers` may name. */
export const CHECKED_HEADERS: readonly CheckedHeader[] = [
  TIMEOUT,
  PER_TRY_TIMEOUT,
  MAX_RETRIES,
  RETRY_ON,
  RETRY_GRPC_ON,
];

/** Headers whose value `strict_check_headers` may want checked. */
export type CheckedHeader =
  | typeof TIMEOUT
  | typeof PER_TRY_TIMEOUT
  | typeof MAX_RETRIES
  | typeof RETRY_ON
  | typeof RETRY_GRPC_ON;

/**
 * The reply to a request one of whose headers does not say what it can say, of those to be checked
 * (`Router.strict_check_headers`). Null when all do.
 */
export function checkDirectives(names: readonly CheckedHeader[], headers: HeaderMap): LocalReply | null {
  for (const name of names) {
    const value = headers.getJoined(name);
    if (value === null || isValidDirective(name, value)) continue;
    return textReply(
      400,
      `invalid header '${name}' with value '${value}'`,
      `request_headers_failed_strict_check{${name}}`,
    );
  }
  return null;
}

function isValidDirective(name: CheckedHeader, value: string): boolean {
  if (name !== RETRY_ON && name !== RETRY_GRPC_ON) return numberOf(value) !== null;
  const conditions = name === RETRY_ON ? HTTP_CONDITIONS : ~HTTP_CONDITIONS;
  for (const item of value.split(",")) if ((parseRetryOn(item) & conditions) === 0) return false;
  return true;
}
