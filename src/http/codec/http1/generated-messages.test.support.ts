import fc from "fast-check";

/*
 * HTTP/1 messages of all forms that RFC 9112 allows, for properties that must hold for each of them; and the same ones
 * damaged.
 */

/** A message as it is sent, and what must come of its content. */
export interface GeneratedMessage {
  readonly text: string;
  readonly body: string;
}

const TOKEN_CHARS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

const token = fc.string({ unit: fc.constantFrom(...TOKEN_CHARS), minLength: 1, maxLength: 12 });
const latin1 = fc.string({
  unit: fc.integer({ min: 0, max: 255 }).map((code) => String.fromCharCode(code)),
  maxLength: 40,
});
const visible = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code));
const valueChar = fc.oneof({ weight: 9, arbitrary: visible }, fc.constantFrom(" ", "\t", "\x80", "\xe4", "\xff"));
const value = fc.string({ unit: valueChar, maxLength: 20 });
const space = fc.constantFrom("", " ", "\t", "  ");

/** Fields that mean something to the connection, the framing or the routing are not for chance to make. */
const MEANINGFUL =
  /^(?:host|connection|content-length|transfer-encoding|te|upgrade|keep-alive|proxy-connection|http2-settings|expect)$/i;
const field = fc
  .tuple(
    token.filter((name) => !MEANINGFUL.test(name)),
    space,
    value,
    space,
  )
  .map(([name, before, text, after]) => `${name}:${before}${text}${after}\r\n`);
const fields = fc.array(field, { maxLength: 6 }).map((lines) => lines.join(""));

const extension = fc.constantFrom("", "", ";a", ";a=b", ' ; a="b;c"', ';a="\\""');
const chunk = fc
  .tuple(
    latin1.filter((data) => data !== ""),
    extension,
    fc.constantFrom("", "0", "000"),
    fc.boolean(),
  )
  .map(([data, ext, zeros, upper]) => {
    const size = data.length.toString(16);
    return { text: `${zeros}${upper ? size.toUpperCase() : size}${ext}\r\n${data}\r\n`, body: data };
  });
const chunked = fc.tuple(fc.array(chunk, { maxLength: 4 }), extension, fields).map(([chunks, ext, trailers]) => ({
  framing: "Transfer-Encoding: chunked\r\n",
  text: `${chunks.map(({ text }) => text).join("")}0${ext}\r\n${trailers}\r\n`,
  body: chunks.map(({ body }) => body).join(""),
}));
const counted = latin1.map((body) => ({ framing: `Content-Length: ${body.length}\r\n`, text: body, body }));
const none = fc.constant({ framing: "", text: "", body: "" });
const content = fc.oneof(none, counted, chunked);

const path = fc.string({ unit: visible, maxLength: 20 }).map((rest) => `/${rest}`);
const method = fc.oneof(
  fc.constantFrom("GET", "POST", "HEAD", "PUT", "DELETE"),
  token.filter((name) => name !== "CONNECT"),
);

export const requests: fc.Arbitrary<GeneratedMessage> = fc
  .tuple(fc.constantFrom("", "", "\r\n"), method, path, fields, content, fields)
  .map(([before, name, target, first, { framing, text, body }, second]) => ({
    text: `${before}${name} ${target} HTTP/1.1\r\n${first}Host: a\r\n${framing}${second}\r\n${text}`,
    body,
  }));

/** With a body of a known length, so that another message can follow. */
export const responses: fc.Arbitrary<GeneratedMessage> = fc
  .tuple(fc.integer({ min: 200, max: 599 }), value, fields, fc.oneof(counted, chunked), fields)
  .filter(([status]) => status !== 204 && status !== 304)
  .map(([status, reason, first, { framing, text, body }, second]) => ({
    text: `HTTP/1.1 ${status} ${reason}\r\n${first}${framing}${second}\r\n${text}`,
    body,
  }));

/** A text with a few bytes changed, and cut into reads anywhere. */
export function damaged(messages: fc.Arbitrary<GeneratedMessage>): fc.Arbitrary<string> {
  const damage = fc.tuple(
    fc.nat(),
    fc.nat(3),
    fc.constantFrom("", "\r", "\n", "\r\n", "\0", " ", "\t", ":", ";", ",", "0", "\x7f", "\xff"),
  );
  return fc
    .tuple(fc.array(messages, { minLength: 1, maxLength: 3 }), fc.array(damage, { maxLength: 3 }))
    .map(([list, damages]) => {
      let text = list.map((message) => message.text).join("");
      for (const [position, removed, inserted] of damages) {
        const at = position % (text.length + 1);
        text = text.slice(0, at) + inserted + text.slice(at + removed);
      }
      return text;
    });
}

/** Where a text is cut. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(), { maxLength: 12 });

export function cutAt(text: string, positions: readonly number[]): string[] {
  const ends = [...new Set(positions.map((position) => position % (text.length + 1)))].sort((a, b) => a - b);
  const pieces: string[] = [];
  let start = 0;
  for (const end of [...ends, text.length]) {
    if (end > start) pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}
