import { must } from "../finding.js";
import { get, head, type Level, OK, type Probe, type ProbeGroup } from "../probe.js";
import { refusal } from "../refusals.js";
import { fieldValue, statusOf } from "../wire-message.js";

const HOST = "Host: a.example";

/** Sends a request line as given and looks at the one that the origin gets. */
function requestLine(is: {
  title: string;
  section: string;
  level?: Level;
  sends: string;
  origin: RegExp;
  host?: string;
}): Probe {
  return {
    title: is.title,
    section: is.section,
    level: is.level ?? "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(is.sends);
      const refused = client.response().then((message) => message.startLine);
      refused.catch(() => {});
      const outcome = await Promise.race([refused, site.origin.request()]);
      must(typeof outcome !== "string", `answered with ${outcome}`);
      must(is.origin.test(outcome.message.startLine), `the origin got ${outcome.message.startLine.slice(0, 120)}`);
      if (is.host === undefined) return;
      const host = fieldValue(outcome.message.fields, "host");
      must(host === is.host, `the origin got Host: ${host}`);
    },
  };
}

const PATH = "/a%2fb/..;x/./%41?q=%41&u=http://x/../y&b=//";
const LONG = "x".repeat(8_000);

const targets: Probe[] = [
  requestLine({
    title: "path and query reach the origin byte for byte",
    section: "9112 3.2",
    sends: head(`GET ${PATH} HTTP/1.1`, HOST),
    origin: new RegExp(`^GET ${PATH.replace(/[.?/]/g, "\\$&")} HTTP/1\\.1$`),
  }),
  requestLine({
    title: "the authority of an absolute target replaces Host",
    section: "9112 3.2.2",
    sends: head("GET http://b.example/x HTTP/1.1", HOST),
    origin: /^GET \/x HTTP\/1\.1$/,
    host: "b.example",
  }),
  requestLine({
    title: "an absolute target without a path asks for /",
    section: "9112 3.2.1",
    sends: head("GET http://a.example HTTP/1.1", HOST),
    origin: /^GET \/ HTTP\/1\.1$/,
  }),
  requestLine({
    title: "OPTIONS * goes on as it is",
    section: "9112 3.2.4",
    sends: head("OPTIONS * HTTP/1.1", HOST),
    origin: /^OPTIONS \* HTTP\/1\.1$/,
  }),
  requestLine({
    title: "a method that is not registered passes",
    section: "9110 9.1",
    level: "wanted",
    sends: head("FOO /x HTTP/1.1", HOST),
    origin: /^FOO \/x HTTP\/1\.1$/,
  }),
  requestLine({
    title: "a target of 8000 octets passes",
    section: "9112 3",
    level: "SHOULD",
    sends: head(`GET /${LONG} HTTP/1.1`, HOST),
    origin: /^GET \/x{8000} HTTP\/1\.1$/,
  }),
  requestLine({
    title: "a client of HTTP/1.0 is forwarded as HTTP/1.1",
    section: "9110 2.5",
    sends: head("GET /x HTTP/1.0", HOST),
    origin: /^GET \/x HTTP\/1\.1$/,
  }),
  requestLine({
    title: "an empty line before the request is skipped",
    section: "9112 2.2",
    level: "SHOULD",
    sends: `\r\n${head("GET /x HTTP/1.1", HOST)}`,
    origin: /^GET \/x HTTP\/1\.1$/,
  }),
  refusal({
    title: "userinfo in the target: refused, or not forwarded",
    section: "9110 4.2.4",
    level: "SHOULD",
    sends: head("GET http://user:secret@a.example/x HTTP/1.1", HOST),
    reading: ({ head: bytes }) => (bytes.includes("secret") ? "userinfo reached the origin" : null),
  }),
  refusal({
    title: "a space in the target",
    section: "9112 3",
    level: "SHOULD",
    sends: head("GET /a b HTTP/1.1", HOST),
  }),
  refusal({
    title: "tabs in the request line: refused, or written as spaces",
    section: "9112 3",
    level: "SHOULD",
    sends: head("GET\t/x\tHTTP/1.1", HOST),
    reading: ({ startLine }) => (startLine === "GET /x HTTP/1.1" ? null : `forwarded as ${startLine}`),
  }),
  refusal({
    title: "a bare CR in the request line",
    section: "9112 2.2",
    sends: head("GET /x\rGET /smuggled HTTP/1.1", HOST),
  }),
  refusal({ title: "a NUL in the target", section: "9112 3", sends: head("GET /x\0y HTTP/1.1", HOST) }),
  refusal({ title: "a lower-case version", section: "9112 2.3", sends: head("GET /x http/1.1", HOST) }),
  refusal({ title: "a version with two digits", section: "9112 2.3", sends: head("GET /x HTTP/1.10", HOST) }),
  refusal({
    title: "text behind the version",
    section: "9112 3",
    level: "SHOULD",
    sends: head("GET /x HTTP/1.1 x", HOST),
  }),
  refusal({
    title: "HTTP/2.0 in a request line",
    section: "9110 15.6.6",
    level: "SHOULD",
    sends: head("GET /x HTTP/2.0", HOST),
  }),
  refusal({
    title: "the preface of HTTP/2 is nothing to forward",
    section: "9113 3.4",
    sends: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
  }),
  refusal({ title: "HTTP/0.9", section: "9112 2.3", level: "wanted", sends: "GET /x\r\n\r\n" }),
];

function badHost(title: string, ...lines: string[]): Probe {
  return refusal({ title, section: "9112 3.2", sends: head("GET /probe HTTP/1.1", ...lines) });
}

const hosts: Probe[] = [
  badHost("no Host", "X: y"),
  badHost("two Hosts", HOST, "Host: b.example"),
  badHost("a Host with a space", "Host: a b"),
  badHost("a Host with a path", "Host: a/b"),
  badHost("a Host with userinfo", "Host: user@a.example"),
];

/** RFC 9112 2.2 asks for 400 where the grammar is not met, as a SHOULD. */
function badLine(title: string, section: string, line: string, level: Level = "SHOULD"): Probe {
  return refusal({ title, section, level, sends: head("GET /probe HTTP/1.1", HOST, line) });
}

/** A control character: refused, or a space in its place (RFC 9110 5.5, RFC 9112 2.2). */
function controlCharacter(title: string, section: string, line: string, control: RegExp): Probe {
  return refusal({
    title: `${title}: refused, or replaced by a space`,
    section,
    sends: head("GET /probe HTTP/1.1", HOST, line),
    reading: ({ head: bytes }) => (control.test(bytes) ? "it reached the origin" : null),
  });
}

/** RFC 9112 5.2: a fold may be replaced by spaces, and never be passed on. */
function unfolded({
  head: bytes,
  fields,
}: {
  head: string;
  fields: readonly (readonly [string, string])[];
}): string | null {
  if (/\r\n[ \t]/.test(bytes)) return "the fold reached the origin";
  return /^one\s+two$/.test(fieldValue(fields, "x") ?? "") ? null : "it was read as another field";
}

const malformedLines: Probe[] = [
  badLine("whitespace before the colon", "9112 5.1", "X-Foo : y", "MUST"),
  badLine("a name that is no token", "9110 5.1", "X(Foo): y"),
  badLine("a line without a colon", "9112 5", "X-Foo"),
  badLine("an empty name", "9110 5.1", ": y"),
  controlCharacter("a NUL in a value", "9110 5.5", "X-Foo: a\0b", /\0/),
  controlCharacter("a bare CR in a value", "9112 2.2", "X-Foo: a\rX-Bar: b", /\r[^\n]/),
  refusal({
    title: "a folded line: refused, or unfolded",
    section: "9112 5.2",
    sends: head("GET /probe HTTP/1.1", HOST, "X: one", " two"),
    reading: unfolded,
  }),
  refusal({
    title: "a bare LF: refused, or a line end that is written as CRLF",
    section: "9112 2.2",
    sends: "GET /probe HTTP/1.1\r\nHost: a.example\nX-Foo: y\r\n\r\n",
    reading: ({ head: bytes }) => (/[^\r]\n/.test(bytes) ? "the bare LF reached the origin" : null),
  }),
  refusal({
    title: "whitespace before the first field: refused, or its line ignored",
    section: "9112 2.2",
    sends: head("GET /probe HTTP/1.1", " X-Foo: y", HOST),
    reading: ({ head: bytes }) => (/x-foo/i.test(bytes) ? "it reached the origin" : null),
  }),
  refusal({
    title: "a head of forty thousand fields",
    section: "6585 5",
    level: "wanted",
    sends: head("GET /probe HTTP/1.1", HOST, ...Array.from({ length: 40_000 }, (_, i) => `X-${i}: y`)),
  }),
];

const fidelity: Probe[] = [
  {
    title: "repeated fields stay in their order",
    section: "9110 5.3",
    level: "MUST",
    run: async (site) => {
      const { got } = await site.exchange(get("X-List: one", "X-Other: y", "X-List: two", "X-List: three"));
      const list = fieldValue(got.message.fields, "x-list");
      must(list === "one, two, three", `the origin got ${list}`);
    },
  },
  {
    title: "names are compared without case",
    section: "9110 5.1",
    level: "MUST",
    run: async (site) => {
      const { got } = await site.exchange("POST /probe HTTP/1.1\r\nhOsT: a.example\r\ncOnTeNt-LeNgTh: 5\r\n\r\nhello");
      must(got.message.body === "hello", `the origin got the body ${JSON.stringify(got.message.body)}`);
    },
  },
  {
    title: "values keep bytes above ASCII, quotes and inner whitespace",
    section: "9110 5.5",
    level: "wanted",
    run: async (site) => {
      const value = 'caf\xe9 "a,  b"\tc;d';
      const { got } = await site.exchange(get(`X-Foo: ${value}`));
      must(
        got.message.head.includes(value),
        `the origin got ${JSON.stringify(fieldValue(got.message.fields, "x-foo"))}`,
      );
    },
  },
  {
    title: "Authorization, Cookie, conditions and ranges pass as they are",
    section: "9110 11.6.2",
    level: "MUST",
    run: async (site) => {
      const fields = ["Authorization: Basic dTpw", "Cookie: a=1; b=2", 'If-None-Match: W/"x", "y"', "Range: bytes=0-1"];
      const { got } = await site.exchange(get(...fields, "Accept-Encoding: br;q=0.5, gzip"));
      for (const field of [...fields, "Accept-Encoding: br;q=0.5, gzip"]) {
        const [name = "", value = ""] = field.split(": ");
        must(fieldValue(got.message.fields, name.toLowerCase()) === value, `${name} was changed`);
      }
    },
  },
  {
    title: "two thousand bytes of one value pass",
    section: "9110 5.4",
    level: "wanted",
    run: async (site) => {
      const { response, got } = await site.answered(get(`X-Long: ${"v".repeat(2_000)}`), OK);
      must(statusOf(response) === 200 && got.message.head.includes("v".repeat(2_000)), "it did not");
    },
  },
];

export const requestHead: ProbeGroup[] = [
  { title: "Request lines", probes: targets },
  { title: "Hosts that are refused", probes: hosts },
  { title: "Field lines that are refused", probes: malformedLines },
  { title: "What a request says stays as it is", probes: fidelity },
];
