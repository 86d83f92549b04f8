/*
 * A small, strict HTTP/1 reader for the test's side of a connection. It shares nothing with the proxy's parser, and
 * accepts only what a good sender writes, so that an error in what the proxy sends does not go unnoticed.
 */

/** What a peer sent is not well-formed. */
export class MalformedMessageError extends Error {
  override readonly name = "MalformedMessageError";
}

/** A header or trailer field as it was sent, name in its own case. */
export type Field = readonly [name: string, value: string];

export interface HttpMessage {
  /** The request or status line without its line end. */
  readonly startLine: string;
  readonly fields: readonly Field[];
  /** Without chunk framing. */
  readonly body: Buffer;
  readonly trailers: readonly Field[];
  /** How the end of the body was known. */
  readonly framing: "none" | "length" | "chunked" | "close";
  /** Everything that belongs to the message, as it was sent. */
  readonly raw: Buffer;
}

export interface RequestMessage extends HttpMessage {
  readonly method: string;
  readonly target: string;
  readonly version: string;
}

export interface ResponseMessage extends HttpMessage {
  readonly status: number;
  readonly reason: string;
  readonly version: string;
}

/** The values of a field joined with `, `, whatever the case of its name; null when it is absent. */
export function fieldOf(message: HttpMessage, name: string): string | null {
  const values = message.fields.filter(([key]) => key.toLowerCase() === name.toLowerCase()).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

/** The first request in `bytes`; null when it is not complete yet. */
export function readRequest(bytes: Buffer): RequestMessage | null {
  const head = readHead(bytes);
  if (head === null) return null;
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+) (\S+) (HTTP\/1\.[01])$/.exec(head.startLine);
  if (match === null) throw new MalformedMessageError(`not a request line: ${JSON.stringify(head.startLine)}`);
  const body = readBody(bytes, head, head.framing ?? "none", false);
  if (body === null) return null;
  const [, method = "", target = "", version = ""] = match;
  return { ...messageOf(bytes, head, body), method, target, version };
}

export interface ReadResponseOptions {
  /** The response answers a HEAD request: it has no body. */
  readonly head?: boolean;
  /** The connection has ended: that completes a response without a length. */
  readonly ended?: boolean;
}

/** The first response in `bytes`, an interim one included; null when it is not complete yet. */
export function readResponse(bytes: Buffer, options: ReadResponseOptions = {}): ResponseMessage | null {
  const head = readHead(bytes);
  if (head === null) return null;
  const match = /^(HTTP\/1\.[01]) ([1-9]\d\d) ([\t -~\x80-\xff]*)$/.exec(head.startLine);
  if (match === null) throw new MalformedMessageError(`not a status line: ${JSON.stringify(head.startLine)}`);
  const [, version = "", statusText = "", reason = ""] = match;
  const status = Number(statusText);
  const bodiless = options.head === true || status < 200 || status === 204 || status === 304;
  const body = readBody(bytes, head, bodiless ? "none" : (head.framing ?? "close"), options.ended === true);
  if (body === null) return null;
  return { ...messageOf(bytes, head, body), status, reason, version };
}

// ---- heads

interface Head {
  readonly startLine: string;
  readonly fields: readonly Field[];
  readonly length: number;
  /** Null when the fields say nothing of a body. */
  readonly framing: "length" | "chunked" | null;
  readonly contentLength: number;
}

const HEAD_END = "\r\n\r\n";

function readHead(bytes: Buffer): Head | null {
  const end = bytes.indexOf(HEAD_END, 0, "latin1");
  if (end < 0) return null;
  const [startLine = "", ...lines] = bytes.toString("latin1", 0, end).split("\r\n");
  const fields = lines.map(readField);
  const lengths = valuesOf(fields, "content-length");
  const codings = valuesOf(fields, "transfer-encoding");
  if (lengths.length + codings.length > 1) {
    throw new MalformedMessageError(`more than one framing field: ${[...lengths, ...codings].join(" / ")}`);
  }
  const coding = codings[0];
  if (coding !== undefined && coding !== "chunked") throw new MalformedMessageError(`transfer-encoding: ${coding}`);
  const length = lengths[0];
  if (length !== undefined && !/^\d{1,15}$/.test(length)) throw new MalformedMessageError(`content-length: ${length}`);
  let framing: Head["framing"] = null;
  if (coding !== undefined) framing = "chunked";
  else if (length !== undefined) framing = "length";
  return { startLine, fields, length: end + HEAD_END.length, framing, contentLength: Number(length ?? 0) };
}

function readField(line: string): Field {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t -~\x80-\xff]*)$/.exec(line);
  if (match === null) throw new MalformedMessageError(`not a field line: ${JSON.stringify(line)}`);
  return [match[1] as string, (match[2] as string).trimEnd()];
}

function valuesOf(fields: readonly Field[], name: string): string[] {
  return fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
}

// ---- bodies

interface Body {
  readonly framing: HttpMessage["framing"];
  readonly data: Buffer;
  readonly trailers: readonly Field[];
  /** Where the message ends. */
  readonly end: number;
}

function messageOf(bytes: Buffer, head: Head, body: Body): HttpMessage {
  return {
    startLine: head.startLine,
    fields: head.fields,
    body: body.data,
    trailers: body.trailers,
    framing: body.framing,
    raw: bytes.subarray(0, body.end),
  };
}

function readBody(bytes: Buffer, head: Head, framing: HttpMessage["framing"], ended: boolean): Body | null {
  if (framing === "none") return { framing, data: Buffer.alloc(0), trailers: [], end: head.length };
  if (framing === "close") {
    return ended ? { framing, data: bytes.subarray(head.length), trailers: [], end: bytes.length } : null;
  }
  if (framing === "chunked") return readChunks(bytes, head.length);
  const end = head.length + head.contentLength;
  if (bytes.length < end) return null;
  return { framing, data: bytes.subarray(head.length, end), trailers: [], end };
}

function readChunks(bytes: Buffer, start: number): Body | null {
  const pieces: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd < 0) return null;
    const line = bytes.toString("latin1", at, lineEnd);
    // Extensions are for the hop: a proxy that sends any has forwarded somebody else's.
    if (!/^[0-9a-fA-F]{1,12}$/.test(line)) throw new MalformedMessageError(`chunk size: ${JSON.stringify(line)}`);
    const size = Number.parseInt(line, 16);
    at = lineEnd + 2;
    if (size === 0) return readTrailers(bytes, at, Buffer.concat(pieces));
    if (bytes.length < at + size + 2) return null;
    if (bytes.toString("latin1", at + size, at + size + 2) !== "\r\n") {
      throw new MalformedMessageError("no line end after the data of a chunk");
    }
    pieces.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
}

function readTrailers(bytes: Buffer, start: number, data: Buffer): Body | null {
  const trailers: Field[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at, "latin1");
    if (lineEnd < 0) return null;
    const line = bytes.toString("latin1", at, lineEnd);
    at = lineEnd + 2;
    if (line === "") return { framing: "chunked", data, trailers, end: at };
    trailers.push(readField(line));
  }
}
