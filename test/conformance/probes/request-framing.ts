import { must } from "../finding.js";
import { head, OK, type Probe, type ProbeGroup } from "../probe.js";
import { quietTime } from "../raw-end.js";
import { cutBody, refusal } from "../refusals.js";
import { fieldValue, statusOf, type WireMessage } from "../wire-message.js";

const HOST = "Host: a.example";
const SMUGGLED = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";

function arrivesWhole(title: string, section: string, request: string, body: string): Probe {
  return {
    title,
    section,
    level: "MUST",
    run: async (site) => {
      const { response, got } = await site.answered(request, OK);
      must(got.message.body === body, `the origin got the body ${JSON.stringify(got.message.body)}`);
      must(framingFields(got.message) === 1, `the origin got ${framingFields(got.message)} framing fields`);
      must(statusOf(response) === 200, `the client got ${response.startLine}`);
      must(!site.origin.received.includes("GET /smuggled"), "its body became a request");
    },
  };
}

function framingFields(message: WireMessage): number {
  return message.fields.filter(([name]) => /^(content-length|transfer-encoding)$/i.test(name)).length;
}

const CHUNKS = "5\r\nhello\r\n6;x=y\r\n world\r\n0\r\n\r\n";

const bodies: Probe[] = [
  arrivesWhole(
    "a chunked POST",
    "9112 6.1",
    head("POST /probe HTTP/1.1", HOST, "Transfer-Encoding: chunked") + CHUNKS,
    "hello world",
  ),
  arrivesWhole(
    "a chunked DELETE keeps its body",
    "9110 9.3.5",
    head("DELETE /probe HTTP/1.1", HOST, "Transfer-Encoding: chunked") + CHUNKS,
    "hello world",
  ),
  arrivesWhole(
    "a chunked GET keeps its body",
    "9110 9.3.1",
    head("GET /probe HTTP/1.1", HOST, "Transfer-Encoding: chunked") + CHUNKS,
    "hello world",
  ),
  arrivesWhole(
    "a GET with a length keeps its body",
    "9110 9.3.1",
    head("GET /probe HTTP/1.1", HOST, `Content-Length: ${SMUGGLED.replace("/smuggled", "/x").length}`) +
      SMUGGLED.replace("/smuggled", "/x"),
    SMUGGLED.replace("/smuggled", "/x"),
  ),
  {
    title: "a POST without length and coding has no body; what follows is the next request",
    section: "9112 6.3",
    level: "MUST",
    run: async (site) => {
      const { client, got, response } = await site.answered(head("POST /probe HTTP/1.1", HOST), OK);
      must(got.message.body === "" && statusOf(response) === 200, "it was not answered as one without a body");
      client.send(head("GET /next HTTP/1.1", HOST));
      const next = await site.origin.request();
      must(/^GET \/next /.test(next.message.startLine), `the origin got ${next.message.startLine}`);
    },
  },
  {
    title: "trailers reach the origin, and not as header fields",
    section: "9112 7.1.2",
    level: "wanted",
    run: async (site) => {
      const fields = [HOST, "Transfer-Encoding: chunked", "Trailer: X-Sum", "TE: trailers", "Connection: TE"];
      const request = `${head("POST /probe HTTP/1.1", ...fields)}5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n`;
      const { got } = await site.exchange(request);
      must(fieldValue(got.message.fields, "x-sum") === null, "the trailer became a header field");
      must(fieldValue(got.message.trailers, "x-sum") === "42", "the trailer was dropped");
    },
  },
  {
    title: "trailers that speak of framing or routing never reach the head",
    section: "9110 6.5.1",
    level: "MUST",
    run: async (site) => {
      const trailers = "Host: evil\r\nContent-Length: 3\r\nAuthorization: evil\r\nX-Sum: 42\r\n\r\n";
      const request = `${head("POST /probe HTTP/1.1", HOST, "Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n${trailers}`;
      const client = await site.client();
      client.send(request);
      const status = client.response().then(statusOf);
      status.catch(() => {});
      const outcome = await Promise.race([status, site.origin.request()]);
      if (typeof outcome === "number") must(outcome >= 400, `answered with ${outcome}`);
      else must(!/evil|x-sum|length: 3/i.test(outcome.message.head), "a trailer became a header field");
    },
  },
];

const incomplete: Probe[] = [
  {
    title: "a body shorter than its length is never a whole request",
    section: "9112 8",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(`${head("POST /probe HTTP/1.1", HOST, "Content-Length: 10")}hello`);
      await quietTime();
      client.end();
      await quietTime();
      client.destroy();
      await quietTime();
      must(site.origin.wholeRequests().length === 0, "the origin got a whole request");
    },
  },
  {
    title: "a chunked body without its last chunk is never a whole request",
    section: "9112 8",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(`${head("POST /probe HTTP/1.1", HOST, "Transfer-Encoding: chunked")}5\r\nhello\r\n`);
      await quietTime();
      client.end();
      await quietTime();
      client.destroy();
      await quietTime();
      must(site.origin.wholeRequests().length === 0, "the origin got a whole request");
    },
  },
  cutBody({
    title: "a chunk size that overflows",
    section: "9112 7.1",
    body: "fffffffffffffffff1\r\nhello\r\n0\r\n\r\n",
  }),
  cutBody({
    title: "a chunk size of 2^64 and 5",
    section: "9112 7.1",
    body: "10000000000000005\r\nhello\r\n0\r\n\r\n",
  }),
  cutBody({ title: "a chunk size with 0x", section: "9112 7.1", body: "0x5\r\nhello\r\n0\r\n\r\n" }),
  cutBody({ title: "a chunk size with a sign", section: "9112 7.1", body: "+5\r\nhello\r\n0\r\n\r\n" }),
  cutBody({ title: "a chunk size with an underscore", section: "9112 7.1", body: "0_5\r\nhello\r\n0\r\n\r\n" }),
  cutBody({ title: "an empty chunk size", section: "9112 7.1", body: "\r\nhello\r\n0\r\n\r\n" }),
  cutBody({ title: "a chunk that is longer than its size", section: "9112 7.1", body: "3\r\nhello\r\n0\r\n\r\n" }),
  cutBody({ title: "a bare CR behind a chunk's data", section: "9112 7.1", body: "5\r\nhello\r0\r\n\r\n" }),
  cutBody({ title: "a bare CR in a chunk extension", section: "9112 7.1.1", body: "5;a\rb\r\nhello\r\n0\r\n\r\n" }),
  cutBody({ title: "a bare LF in a chunk extension", section: "9112 7.1.1", body: "5;a\nb\r\nhello\r\n0\r\n\r\n" }),
];

/** The coding alone, its one body, and nothing behind it (RFC 9112 6.1). */
function onlyChunked(request: WireMessage): string | null {
  const coding = fieldValue(request.fields, "transfer-encoding");
  const length = fieldValue(request.fields, "content-length");
  if (coding !== null && length !== null) return "forwarded with both length and coding";
  return request.body === "hello" ? null : `forwarded with the body ${JSON.stringify(request.body)}`;
}

function badLength(title: string, value: string, body = "hello"): Probe {
  return refusal({
    title,
    section: "9110 8.6",
    sends: `${head("POST /probe HTTP/1.1", HOST, `Content-Length: ${value}`)}${body}`,
    closes: true,
  });
}

function badCoding(title: string, section: string, ...lines: string[]): Probe {
  return refusal({
    title,
    section,
    sends: `${head("POST /probe HTTP/1.1", HOST, ...lines)}0\r\n\r\n${SMUGGLED}`,
    closes: true,
  });
}

const ambiguous: Probe[] = [
  refusal({
    title: "a length and a coding: refused, or the coding alone and the end of the connection",
    section: "9112 6.1",
    sends: `${head("POST /probe HTTP/1.1", HOST, "Content-Length: 6", "Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n\r\n`,
    reading: onlyChunked,
  }),
  refusal({
    title: "a coding and a length, in the other order",
    section: "9112 6.1",
    sends: `${head("POST /probe HTTP/1.1", HOST, "Transfer-Encoding: chunked", "Content-Length: 6")}5\r\nhello\r\n0\r\n\r\n`,
    reading: onlyChunked,
  }),
  {
    title: "after a length and a coding the connection ends",
    section: "9112 6.1",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      const fields = [HOST, "Content-Length: 5", "Transfer-Encoding: chunked"];
      client.send(`${head("POST /probe HTTP/1.1", ...fields)}0\r\n\r\n`);
      const request = site.origin.request();
      request.then(({ connection }) => connection.send(OK)).catch(() => {});
      await client.untilOver();
    },
  },
  refusal({
    title: "two lengths that differ",
    section: "9112 6.3",
    sends: `${head("POST /probe HTTP/1.1", HOST, "Content-Length: 5", "Content-Length: 6")}hello!`,
    closes: true,
  }),
  refusal({
    title: "two lengths that agree: refused, or one",
    section: "9110 8.6",
    sends: `${head("POST /probe HTTP/1.1", HOST, "Content-Length: 5", "Content-Length: 5")}hello`,
    reading: (request) => (framingFields(request) === 1 && request.body === "hello" ? null : "both were forwarded"),
  }),
  refusal({
    title: "a list of lengths: refused, or one",
    section: "9110 8.6",
    sends: `${head("POST /probe HTTP/1.1", HOST, "Content-Length: 5, 5")}hello`,
    reading: (request) => (fieldValue(request.fields, "content-length") === "5" ? null : "the list was forwarded"),
  }),
  badLength("a length with a sign", "+5"),
  badLength("a negative length", "-5"),
  badLength("a length in hexadecimal", "0x5"),
  badLength("a length of two numbers", "5 5"),
  badLength("a length with a vertical tab", "\x0b5"),
  badLength("an empty length", ""),
  badLength("a length of 2^64 and 5", "18446744073709551621"),
  badCoding("an unknown coding", "9112 6.1", "Transfer-Encoding: xchunked"),
  badCoding("a coding behind a vertical tab", "9112 6.1", "Transfer-Encoding: \x0bchunked"),
  badCoding("a coding in quotes", "9112 6.1", 'Transfer-Encoding: "chunked"'),
  badCoding("chunked that is not the last coding", "9112 6.3", "Transfer-Encoding: chunked, identity"),
  badCoding("chunked twice", "9112 6.3", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked"),
  badCoding("a coding that is not chunked", "9112 6.3", "Transfer-Encoding: gzip"),
  badCoding("a coding behind whitespace before the colon", "9112 5.1", "Transfer-Encoding : chunked"),
  badCoding("a coding on a folded line", "9112 5.2", "Transfer-Encoding:", " chunked"),
  refusal({
    title: "a coding in HTTP/1.0: refused, or the end of the connection behind it",
    section: "9112 6.1",
    sends: `${head("POST /probe HTTP/1.0", HOST, "Connection: keep-alive", "Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n\r\n`,
    reading: onlyChunked,
  }),
];

export const requestFraming: ProbeGroup[] = [
  { title: "Bodies of requests", probes: bodies },
  { title: "Requests that are cut short or damaged", probes: incomplete },
  { title: "Requests whose end can be read in two ways", probes: ambiguous },
];
