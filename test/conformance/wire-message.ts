/*
 * A reader that takes what proxies send as it is: it judges nothing, so that a probe can say what is wrong. The strict
 * reader of `test/support/http-message.ts` would only say that something is.
 */

export type Field = readonly [name: string, value: string];

export interface WireMessage {
  /** Without its line end. */
  readonly startLine: string;
  /** All of the head, with its empty line. */
  readonly head: string;
  readonly fields: readonly Field[];
  /** Without the framing of chunks. */
  readonly body: string;
  readonly trailers: readonly Field[];
  readonly framing: "none" | "length" | "chunked" | "close";
  /** False when the connection ended before the message did. */
  readonly complete: boolean;
  /** How many characters belong to it. */
  readonly length: number;
}

export interface ReadOptions {
  /** Null for a request; for a response the method it answers. */
  readonly answers: string | null;
  /** Nothing more will come. */
  readonly ended: boolean;
}

/** The first message of a text; null while it is not complete and may become so. */
export function readMessage(text: string, options: ReadOptions): WireMessage | null {
  const head = readHead(text);
  if (head === null) return null;
  const framing = framingOf(head, options.answers);
  const body = readBody(text, head.length, framing, Number(fieldValue(head.fields, "content-length")));
  const complete = framing === "close" ? options.ended : body.complete;
  if (!complete && !options.ended) return null;
  return {
    startLine: head.startLine,
    head: text.slice(0, head.length),
    fields: head.fields,
    body: body.data,
    trailers: body.trailers,
    framing,
    complete,
    length: body.end,
  };
}

/** The values of a field, joined by `, `; null where there is none. @param name lower case */
export function fieldValue(fields: readonly Field[], name: string): string | null {
  const values = fields.filter(([key]) => key.toLowerCase() === name).map(([, value]) => value);
  return values.length === 0 ? null : values.join(", ");
}

/** The status of a response; 0 where there is none. */
export function statusOf(message: WireMessage): number {
  return Number(/^HTTP\/\d\.\d (\d{3})/.exec(message.startLine)?.[1] ?? 0);
}

interface Head {
  readonly startLine: string;
  readonly fields: readonly Field[];
  readonly length: number;
}

function readHead(text: string): Head | null {
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [startLine = "", ...lines] = text.slice(0, end).split("\r\n");
  return { startLine, fields: lines.map(readField), length: end + 4 };
}

function readField(line: string): Field {
  const colon = line.indexOf(":");
  return colon < 0 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1).trim()];
}

function framingOf(head: Head, answers: string | null): WireMessage["framing"] {
  if (answers !== null) {
    const status = Number(/^HTTP\/\d\.\d (\d{3})/.exec(head.startLine)?.[1] ?? 0);
    if (answers === "HEAD" || status < 200 || status === 204 || status === 304) return "none";
  }
  if (fieldValue(head.fields, "transfer-encoding") !== null) return "chunked";
  if (fieldValue(head.fields, "content-length") !== null) return "length";
  return answers === null ? "none" : "close";
}

interface Body {
  readonly data: string;
  readonly trailers: readonly Field[];
  readonly complete: boolean;
  readonly end: number;
}

function readBody(text: string, start: number, framing: WireMessage["framing"], length: number): Body {
  switch (framing) {
    case "none":
      return { data: "", trailers: [], complete: true, end: start };
    case "close":
      return { data: text.slice(start), trailers: [], complete: false, end: text.length };
    case "length": {
      const end = Math.min(text.length, start + length);
      return { data: text.slice(start, end), trailers: [], complete: end === start + length, end };
    }
    case "chunked":
      return readChunks(text, start);
  }
}

function readChunks(text: string, start: number): Body {
  let data = "";
  let at = start;
  for (;;) {
    const lineEnd = text.indexOf("\r\n", at);
    const size = lineEnd < 0 ? Number.NaN : Number.parseInt(text.slice(at, lineEnd), 16);
    if (Number.isNaN(size)) return { data, trailers: [], complete: false, end: text.length };
    at = lineEnd + 2;
    if (size === 0) return readTrailers(text, at, data);
    data += text.slice(at, at + size);
    at += size + 2;
    if (at > text.length) return { data, trailers: [], complete: false, end: text.length };
  }
}

function readTrailers(text: string, start: number, data: string): Body {
  const trailers: Field[] = [];
  for (let at = start; ; ) {
    const lineEnd = text.indexOf("\r\n", at);
    if (lineEnd < 0) return { data, trailers, complete: false, end: text.length };
    if (lineEnd === at) return { data, trailers, complete: true, end: at + 2 };
    trailers.push(readField(text.slice(at, lineEnd)));
    at = lineEnd + 2;
  }
}
