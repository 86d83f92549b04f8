import { FormatError } from "./format-error.js";
import { type FieldPair, HeaderField, parseFieldPair } from "./header-field.js";
import type { LogContext } from "./log-context.js";
import { type Operator, truncate } from "./operator.js";

const ORIGINAL_PATH = new HeaderField("x-envoy-original-path");
const PATH = new HeaderField(":path");

const PATH_SOURCES: ReadonlyMap<string, FieldPair> = new Map<string, FieldPair>([
  ["ORIG", { main: ORIGINAL_PATH, alternative: null }],
  ["PATH", { main: PATH, alternative: null }],
  ["ORIG_OR_PATH", { main: ORIGINAL_PATH, alternative: PATH }],
]);

/** `%PATH(X:Y):Z%` and `%REQ_WITHOUT_QUERY(X?Y):Z%`: a request header that holds a path. */
export class PathOperator implements Operator {
  readonly numeric = false;
  private readonly fields: FieldPair;
  private readonly withQuery: boolean;
  private readonly limit: number;

  constructor(fields: FieldPair, withQuery: boolean, limit: number) {
    this.fields = fields;
    this.withQuery = withQuery;
    this.limit = limit;
  }

  format(context: LogContext): string | null {
    let path = this.fields.main.read(context.requestHeaders);
    if (path === null && this.fields.alternative !== null) path = this.fields.alternative.read(context.requestHeaders);
    if (path === null) return null;
    return truncate(this.withQuery ? path : withoutQuery(path), this.limit);
  }
}

// control plane: runs when a format is compiled
export function parsePathOperator(params: string, limit: number): PathOperator {
  const [query = "", source = "", ...rest] = params.split(":");
  if (rest.length > 0) throw new FormatError("PATH takes at most two parameters", query.length + source.length + 1);
  if (query !== "" && query !== "WQ" && query !== "NQ") {
    throw new FormatError(`${JSON.stringify(query)}: the first parameter of PATH is WQ or NQ`, 0);
  }
  const fields = PATH_SOURCES.get(source === "" ? "ORIG_OR_PATH" : source);
  if (fields === undefined) {
    const reason = `${JSON.stringify(source)}: the second parameter of PATH is ORIG, PATH or ORIG_OR_PATH`;
    throw new FormatError(reason, query.length + 1);
  }
  return new PathOperator(fields, query !== "NQ", limit);
}

export function parsePathWithoutQuery(params: string, limit: number): PathOperator {
  return new PathOperator(parseFieldPair(params), false, limit);
}

/** `%QUERY_PARAM(X):Z%`: the first parameter of that name, percent-decoded. */
export class QueryParamOperator implements Operator {
  readonly numeric = false;
  private readonly name: string;
  private readonly limit: number;

  constructor(name: string, limit: number) {
    this.name = name;
    this.limit = limit;
  }

  format(context: LogContext): string | null {
    const path = context.requestHeaders.path;
    const question = path.indexOf("?");
    if (question < 0) return null;
    let start = question + 1;
    while (start <= path.length) {
      let end = path.indexOf("&", start);
      if (end < 0) end = path.length;
      const value = this.valueOf(path, start, end);
      if (value !== null) return truncate(value, this.limit);
      start = end + 1;
    }
    return null;
  }

  /** The value of the parameter between the two offsets, null when it has another name. */
  private valueOf(path: string, start: number, end: number): string | null {
    let equals = path.indexOf("=", start);
    if (equals < 0 || equals > end) equals = end;
    if (percentDecoded(path.slice(start, equals)) !== this.name) return null;
    return percentDecoded(path.slice(equals + 1, end));
  }
}

/** `%QUERY_PARAMS(X):Z%`: everything behind the question mark, as it came or percent-decoded. */
export class QueryParamsOperator implements Operator {
  readonly numeric = false;
  private readonly decoded: boolean;
  private readonly limit: number;

  // control plane: runs when a format is compiled
  constructor(params: string, limit: number) {
    if (params !== "" && params !== "ORIG" && params !== "DECODED") {
      throw new FormatError(`${JSON.stringify(params)} is not ORIG or DECODED`, 0);
    }
    this.decoded = params === "DECODED";
    this.limit = limit;
  }

  format(context: LogContext): string | null {
    const { path } = context.requestHeaders;
    const question = path.indexOf("?");
    if (question < 0 || question === path.length - 1) return null;
    const query = path.slice(question + 1);
    return truncate(this.decoded ? percentDecoded(query) : query, this.limit);
  }
}

const ESCAPED_PRINTABLE = /%(?:[2-689a-f][0-9a-f]|7[0-9a-e])/gi;

/** Control characters stay encoded: a client must not be able to write line breaks into a log. */
function percentDecoded(text: string): string {
  return text.includes("%") ? text.replace(ESCAPED_PRINTABLE, decodeOne) : text;
}

function decodeOne(escaped: string): string {
  return String.fromCharCode(Number.parseInt(escaped.slice(1), 16));
}

function withoutQuery(path: string): string {
  const question = path.indexOf("?");
  return question < 0 ? path : path.slice(0, question);
}
