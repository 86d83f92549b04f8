import { must } from "../finding.js";
import { get, head, OK, type Probe, type ProbeGroup } from "../probe.js";
import { fieldValue, statusOf, type WireMessage } from "../wire-message.js";

const HEAD_REQUEST = head("HEAD /probe HTTP/1.1", "Host: a.example");
const HTTP_10 = head("GET /probe HTTP/1.0", "Host: a.example");

const framing: Probe[] = [
  {
    title: "a chunked response arrives whole, without extensions",
    section: "9112 7.1.1",
    level: "MUST",
    run: async (site) => {
      const reply = `${head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")}5;x=y\r\nhello\r\n0\r\n\r\n`;
      const { response, client } = await site.answered(get(), reply);
      must(response.complete && response.body === "hello", `the client got ${JSON.stringify(response.body)}`);
      must(!client.received.includes("x=y"), "the chunk extension was forwarded");
    },
  },
  {
    title: "a response that ends with its connection arrives whole",
    section: "9112 6.3",
    level: "MUST",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      got.connection.send(`${head("HTTP/1.1 200 OK", "X: y")}hello`);
      got.connection.end();
      const response = await client.finalResponse();
      must(response.complete && response.body === "hello", `the client got ${JSON.stringify(response.body)}`);
    },
  },
  {
    title: "a client of HTTP/1.0 gets no chunks",
    section: "9112 6.1",
    level: "MUST",
    run: async (site) => {
      const reply = `${head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked")}5\r\nhello\r\n0\r\n\r\n`;
      const { response } = await site.answered(HTTP_10, reply);
      must(fieldValue(response.fields, "transfer-encoding") === null, "it got Transfer-Encoding");
      must(response.body === "hello", `it got ${JSON.stringify(response.body)}`);
    },
  },
  {
    title: "a client of HTTP/1.0 gets the end of the connection",
    section: "9112 9.3",
    level: "MUST",
    run: async (site) => {
      const { client } = await site.answered(HTTP_10, OK);
      await client.untilOver();
    },
  },
  {
    title: "the length of a response to HEAD stays, and no body comes",
    section: "9110 9.3.2",
    level: "MUST",
    run: async (site) => {
      const { response, client } = await site.answered(HEAD_REQUEST, head("HTTP/1.1 200 OK", "Content-Length: 5"));
      must(fieldValue(response.fields, "content-length") === "5", "the length was lost");
      must(client.received.endsWith("\r\n\r\n"), "there was a body");
    },
  },
  {
    title: "204 reaches the client without length, coding and body",
    section: "9110 8.6",
    level: "MUST",
    run: async (site) => {
      const { response, client } = await site.answered(get(), head("HTTP/1.1 204 No Content", "X: y"));
      must(statusOf(response) === 204, `the client got ${response.startLine}`);
      must(!/content-length|transfer-encoding/i.test(response.head), "it had a length or a coding");
      must(client.received.endsWith("\r\n\r\n"), "there was a body");
    },
  },
  {
    title: "304 keeps its validators and has no body",
    section: "9110 15.4.5",
    level: "MUST",
    run: async (site) => {
      const reply = head("HTTP/1.1 304 Not Modified", 'ETag: "x"', "Content-Length: 5");
      const { response, client } = await site.answered(get('If-None-Match: "x"'), reply);
      must(statusOf(response) === 304, `the client got ${response.startLine}`);
      must(fieldValue(response.fields, "etag") === '"x"', "the ETag was changed");
      must(client.received.endsWith("\r\n\r\n"), "there was a body");
    },
  },
  {
    title: "trailers reach the client",
    section: "9112 7.1.2",
    level: "wanted",
    run: async (site) => {
      const reply = `${head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked", "Trailer: X-Sum")}5\r\nhello\r\n0\r\nX-Sum: 42\r\n\r\n`;
      const { response } = await site.answered(get("TE: trailers", "Connection: TE"), reply);
      must(fieldValue(response.fields, "x-sum") === null, "the trailer became a header field");
      must(fieldValue(response.trailers, "x-sum") === "42", "the trailer was dropped");
    },
  },
];

/** A body whose end is missing must be seen as cut short: no clean end may come. */
function cutShort(title: string, replyHead: string, body: string, reset = false): Probe {
  return {
    title,
    section: "9112 8",
    level: "MUST",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      got.connection.send(replyHead + body);
      // A first part is on its way before the end comes.
      await client
        .until("the beginning of the body", () => client.received.includes(body.slice(-5)) || null)
        .catch(() => {});
      if (reset) got.connection.reset();
      else got.connection.end();
      await client.until("an answer", () => (/\r\n\r\n/.test(client.received) ? true : client.isOver || null));
      if (/^HTTP\/1\.1 5\d\d/.test(client.received) || client.received === "") return;
      const fate = await client.untilOver("the end of the connection");
      if (client.received === "") return;
      const response = await client.finalResponse();
      const clean = response.complete && !(response.framing === "close" && fate === "reset");
      must(!clean, `the client took ${JSON.stringify(response.body.slice(0, 20))} for complete`);
    },
  };
}

const LONG_PART = `${"x".repeat(20_000)}hello`;

const broken: Probe[] = [
  cutShort("a response shorter than its length", head("HTTP/1.1 200 OK", "Content-Length: 90000"), LONG_PART),
  cutShort(
    "a chunked response without its last chunk",
    head("HTTP/1.1 200 OK", "Transfer-Encoding: chunked"),
    `${LONG_PART.length.toString(16)}\r\n${LONG_PART}\r\n`.slice(0, -2),
  ),
  cutShort("a response without length whose connection is reset", head("HTTP/1.1 200 OK", "X: y"), LONG_PART, true),
  badGateway("a length and a coding", "9112 6.3", onlyChunked, "Content-Length: 3", "Transfer-Encoding: chunked"),
  badGateway("two lengths that differ", "9112 6.3", null, "Content-Length: 5", "Content-Length: 15"),
  badGateway("a length that is no number", "9112 6.3", null, "Content-Length: 0x15"),
  badGateway("a NUL in a value: 502, or a space", "9110 5.5", without(/\0/), "Content-Length: 15", "X: a\0b"),
  badGateway(
    "a bare CR in a value: 502, or a space",
    "9112 2.2",
    without(/\r[^\n]/),
    "Content-Length: 15",
    "X: a\rSet-Cookie: b",
  ),
  badGateway("a folded line: 502, or unfolded", "9112 5.2", unfolded, "Content-Length: 15", "X: one", " two"),
];

/** A response that must not be taken for a good one. Its body reads as chunks, too. */
function badGateway(
  title: string,
  section: string,
  reading: ((response: WireMessage) => string | null) | null,
  ...lines: string[]
): Probe {
  return {
    title,
    section,
    level: "MUST",
    run: async (site) => {
      const { response } = await site.answered(get(), `${head("HTTP/1.1 200 OK", ...lines)}5\r\nhello\r\n0\r\n\r\n`);
      if (statusOf(response) >= 500) return;
      const wrong = reading === null ? `forwarded as ${response.startLine}` : reading(response);
      must(wrong === null, wrong ?? "");
    },
  };
}

function without(control: RegExp): (response: WireMessage) => string | null {
  return ({ head: bytes }) => (control.test(bytes) ? "it reached the client" : null);
}

function onlyChunked(response: WireMessage): string | null {
  const both = /content-length/i.test(response.head) && /transfer-encoding/i.test(response.head);
  if (both) return "the client got both";
  return response.body === "hello" ? null : `the client got ${JSON.stringify(response.body)}`;
}

function unfolded(response: WireMessage): string | null {
  if (/\r\n[ \t]/.test(response.head)) return "the fold reached the client";
  return /^one\s+two$/.test(fieldValue(response.fields, "x") ?? "") ? null : "it was read as another field";
}

const fidelity: Probe[] = [
  {
    title: "Set-Cookie fields stay apart and in order",
    section: "9110 5.3",
    level: "MUST",
    run: async (site) => {
      const cookies = ["Set-Cookie: a=1; Expires=Wed, 09 Jun 2032 10:18:14 GMT", "X: y", "Set-Cookie: b=2"];
      const { response } = await site.answered(get(), `${head("HTTP/1.1 200 OK", "Content-Length: 2", ...cookies)}ok`);
      const values = response.fields.filter(([name]) => /^set-cookie$/i.test(name)).map(([, value]) => value);
      must(values.length === 2 && values[1] === "b=2", `the client got ${JSON.stringify(values)}`);
    },
  },
  {
    title: "a status that is not registered passes",
    section: "9110 15",
    level: "SHOULD",
    run: async (site) => {
      const { response } = await site.answered(get(), `${head("HTTP/1.1 299 Odd", "Content-Length: 2")}ok`);
      must(statusOf(response) === 299, `the client got ${response.startLine}`);
    },
  },
  {
    title: "the origin's Date stays",
    section: "9110 6.6.1",
    level: "wanted",
    run: async (site) => {
      const date = "Date: Tue, 15 Nov 1994 08:12:31 GMT";
      const { response } = await site.answered(get(), `${head("HTTP/1.1 200 OK", "Content-Length: 2", date)}ok`);
      must(response.head.includes("Tue, 15 Nov 1994 08:12:31 GMT"), "it was changed");
    },
  },
  {
    title: "a Date is added where there is none",
    section: "9110 6.6.1",
    level: "MUST",
    run: async (site) => {
      const { response } = await site.answered(get(), OK);
      must(fieldValue(response.fields, "date") !== null, "there is none");
    },
  },
  {
    title: "content fields and ranges pass, and the bytes are the same",
    section: "9110 7.7",
    level: "MUST",
    run: async (site) => {
      const fields = ["Content-Encoding: gzip", "Content-Range: bytes 0-2/9", 'ETag: W/"x"', "Content-Type: a/b;c=d"];
      const reply = `${head("HTTP/1.1 206 Partial Content", "Content-Length: 3", ...fields)}\x1f\x8b\xff`;
      const { response } = await site.answered(get("Accept-Encoding: gzip"), reply);
      for (const field of fields)
        must(response.head.toLowerCase().includes(field.toLowerCase()), `${field} was changed`);
      must(response.body === "\x1f\x8b\xff", "the bytes were changed");
    },
  },
];

const interim: Probe[] = [
  {
    title: "103 comes before the response, with its fields",
    section: "9110 15.2",
    level: "MUST",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      got.connection.send(head("HTTP/1.1 103 Early Hints", "Link: </x>; rel=preload"));
      const first = await client.response();
      must(statusOf(first) === 103, `the client got ${first.startLine} first`);
      must(fieldValue(first.fields, "link") !== null, "Link was lost");
      got.connection.send(OK);
      must(statusOf(await client.response()) === 200, "the response did not follow");
    },
  },
  {
    title: "a client of HTTP/1.0 gets no 103",
    section: "9110 15.2",
    level: "MUST",
    run: async (site) => {
      const { client, got } = await site.exchange(HTTP_10);
      got.connection.send(head("HTTP/1.1 103 Early Hints", "Link: </x>; rel=preload") + OK);
      const first = await client.response();
      must(statusOf(first) === 200, `it got ${first.startLine}`);
    },
  },
  {
    title: "a client of HTTP/1.0 gets no 100",
    section: "9110 10.1.1",
    level: "MUST",
    run: async (site) => {
      const fields = ["Host: a.example", "Content-Length: 5", "Expect: 100-continue"];
      const { client } = await site.answered(`${head("POST /probe HTTP/1.0", ...fields)}hello`, OK);
      must(!/^HTTP\/1\.. 100/.test(client.received), "it got one");
    },
  },
  {
    title: "Expect: 100-continue is answered with 100, and the body follows",
    section: "9110 10.1.1",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(head("POST /probe HTTP/1.1", "Host: a.example", "Content-Length: 5", "Expect: 100-continue"));
      // Whoever forwards the expectation waits for the origin's 100.
      const forwarded = site.origin.head().then((request) => {
        if (fieldValue(request.message.fields, "expect") !== null)
          request.connection.send(head("HTTP/1.1 100 Continue"));
        return request;
      });
      forwarded.catch(() => {});
      const first = await client.response();
      must(statusOf(first) === 100, `the client got ${first.startLine}`);
      client.send("hello");
      const { connection } = await forwarded;
      await connection.until("the body", () => connection.untaken.includes("hello") || null);
      connection.send(OK);
      const response = await client.response();
      must(statusOf(response) === 200, `the client then got ${response.startLine}`);
    },
  },
  {
    title: "a final answer in place of the 100 passes, and the body is no request",
    section: "9110 10.1.1",
    level: "MUST",
    run: async (site) => {
      const body = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";
      const client = await site.client();
      const fields = ["Host: a.example", `Content-Length: ${body.length}`, "Expect: 100-continue"];
      client.send(head("POST /probe HTTP/1.1", ...fields));
      const request = site.origin.head();
      const answer = request.then(({ connection }) => connection.send(head("HTTP/1.1 413 No", "Content-Length: 0")));
      answer.catch(() => {});
      const first = await client.response();
      client.send(body);
      const final = statusOf(first) === 100 ? await client.finalResponse() : first;
      must(statusOf(final) >= 400, `the client got ${final.startLine}`);
      const requests = site.origin.wholeRequests().map(({ startLine }) => startLine);
      must(!requests.some((line) => line.includes("/smuggled")), "the body became a request");
    },
  },
];

export const responses: ProbeGroup[] = [
  { title: "Bodies of responses", probes: framing },
  { title: "Responses that are cut short or malformed", probes: broken },
  { title: "What a response says stays as it is", probes: fidelity },
  { title: "Interim responses", probes: interim },
];
