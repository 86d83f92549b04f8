import { must } from "../finding.js";
import { get, head, OK, type Probe, type ProbeGroup } from "../probe.js";
import { quietTime } from "../raw-end.js";
import { refusal } from "../refusals.js";
import { fieldValue, statusOf } from "../wire-message.js";

function responseWith(...lines: string[]): string {
  return `${head("HTTP/1.1 200 OK", "Content-Length: 2", ...lines)}ok`;
}

const requestFields: Probe[] = [
  {
    title: "a field that the client's Connection names is not forwarded",
    section: "9110 7.6.1",
    level: "MUST",
    run: async (site) => {
      const { got } = await site.exchange(get("Connection: keep-alive, X-Foo", "X-Foo: secret"));
      must(!got.message.head.includes("secret"), "X-Foo reached the origin");
      must(!/x-foo/i.test(fieldValue(got.message.fields, "connection") ?? ""), "Connection still names it");
    },
  },
  {
    title: "Keep-Alive, Proxy-Connection and TE of the client are not forwarded",
    section: "9110 7.6.1",
    level: "SHOULD",
    run: async (site) => {
      const { got } = await site.exchange(get("Keep-Alive: timeout=5", "Proxy-Connection: keep-alive", "TE: gzip"));
      for (const name of ["keep-alive", "proxy-connection", "te"]) {
        must(fieldValue(got.message.fields, name) === null, `${name} reached the origin`);
      }
    },
  },
  {
    title: "TE: trailers goes on, and Connection names it",
    section: "9110 10.1.4",
    level: "wanted",
    run: async (site) => {
      const { got } = await site.exchange(get("TE: trailers", "Connection: TE"));
      must(fieldValue(got.message.fields, "te") === "trailers", "it was dropped");
      must(/(^|,\s*)te\b/i.test(fieldValue(got.message.fields, "connection") ?? ""), "Connection does not name it");
    },
  },
  {
    title: "the client's close is not the origin's",
    section: "9110 7.6.1",
    level: "wanted",
    run: async (site) => {
      const { got, client } = await site.answered(get("Connection: close"), OK);
      must(!/close/i.test(fieldValue(got.message.fields, "connection") ?? ""), "the origin was told to close");
      await client.untilOver();
    },
  },
  {
    title: "an option that names Host or Content-Length takes neither away",
    section: "9110 7.6.1",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      const fields = ["Host: a.example", "Connection: Host, Content-Length", "Content-Length: 5"];
      client.send(`${head("POST /probe HTTP/1.1", ...fields)}hello`);
      const status = client.response().then(statusOf);
      status.catch(() => {});
      const outcome = await Promise.race([status, site.origin.request()]);
      if (typeof outcome === "number") {
        must(outcome >= 400, `answered with ${outcome}`);
        return;
      }
      must(fieldValue(outcome.message.fields, "host") !== null, "the origin got no Host");
      must(outcome.message.body === "hello", `the origin got the body ${JSON.stringify(outcome.message.body)}`);
    },
  },
  {
    title: "Via is added to requests",
    section: "9110 7.6.3",
    level: "MUST",
    run: async (site) => {
      const { got } = await site.exchange(get("Via: 1.0 first"));
      const via = fieldValue(got.message.fields, "via") ?? "";
      must(/^1\.0 first\s*,\s*1\.1 \S+/.test(via), `the origin got Via: ${via}`);
    },
  },
  {
    title: "OPTIONS with Max-Forwards: 0 is answered by the proxy",
    section: "9110 7.6.2",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(head("OPTIONS /probe HTTP/1.1", "Host: a.example", "Max-Forwards: 0"));
      const status = client.response().then(statusOf);
      status.catch(() => {});
      const outcome = await Promise.race([status, site.origin.request()]);
      must(typeof outcome === "number", "it was forwarded");
    },
  },
  {
    title: "Max-Forwards of OPTIONS is counted down",
    section: "9110 7.6.2",
    level: "MUST",
    run: async (site) => {
      const { got } = await site.exchange(head("OPTIONS /probe HTTP/1.1", "Host: a.example", "Max-Forwards: 5"));
      const value = fieldValue(got.message.fields, "max-forwards");
      must(value === "4", `the origin got Max-Forwards: ${value}`);
    },
  },
];

const responseFields: Probe[] = [
  {
    title: "a field that the origin's Connection names is not forwarded",
    section: "9110 7.6.1",
    level: "MUST",
    run: async (site) => {
      const { response } = await site.answered(get(), responseWith("Connection: X-Bar", "X-Bar: secret"));
      must(!response.head.includes("secret"), "X-Bar reached the client");
      must(!/x-bar/i.test(fieldValue(response.fields, "connection") ?? ""), "Connection still names it");
    },
  },
  {
    title: "Keep-Alive and Proxy-Connection of the origin are not forwarded",
    section: "9110 7.6.1",
    level: "SHOULD",
    run: async (site) => {
      const fields = ["Keep-Alive: timeout=77", "Proxy-Connection: keep-alive"];
      const { response } = await site.answered(get(), responseWith(...fields));
      must(!/timeout=77/.test(response.head), "Keep-Alive reached the client");
      must(fieldValue(response.fields, "proxy-connection") === null, "Proxy-Connection reached the client");
    },
  },
  {
    title: "the origin's close is not the client's",
    section: "9110 7.6.1",
    level: "wanted",
    run: async (site) => {
      const { response } = await site.answered(get(), responseWith("Connection: close"));
      must(!/close/i.test(fieldValue(response.fields, "connection") ?? ""), "the client was told to close");
    },
  },
];

const HANDSHAKE = [
  "GET /probe HTTP/1.1",
  "Host: a.example",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Version: 13",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
];
const SWITCHING = head(
  "HTTP/1.1 101 Switching Protocols",
  "Connection: Upgrade",
  "Upgrade: websocket",
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
);

const upgrades: Probe[] = [
  {
    title: "a WebSocket passes, both ways",
    section: "9110 7.8",
    level: "wanted",
    run: async (site) => {
      const { client, got, response } = await site.answered(head(...HANDSHAKE), SWITCHING);
      must(statusOf(response) === 101, `the client got ${response.startLine}`);
      must(fieldValue(got.message.fields, "sec-websocket-key") !== null, "Sec-WebSocket-Key was lost");
      must(fieldValue(response.fields, "sec-websocket-accept") !== null, "Sec-WebSocket-Accept was lost");
      // A text and a binary frame; the client's masked, with a key that changes nothing.
      client.send("\x81\x85\0\0\0\0hello");
      got.connection.send("\x82\x05world");
      const frame = /\x81\x85[\s\S]{9}$/;
      await got.connection.until("the client's frame", () => frame.test(got.connection.received) || null);
      await client.until("the origin's frame", () => client.received.endsWith("\x82\x05world") || null);
    },
  },
  {
    title: "the end of one half of a tunnel does not end the other",
    section: "9110 9.3.6",
    level: "wanted",
    run: async (site) => {
      const { client, got } = await site.answered(head(...HANDSHAKE), SWITCHING);
      client.end();
      await got.connection.untilOver("the client's FIN");
      got.connection.send("late");
      await client.until(
        "what the origin sends after the client's FIN",
        () => client.received.endsWith("late") || null,
      );
    },
  },
  {
    title: "an upgrade that is not granted makes no tunnel",
    section: "9110 7.8",
    level: "MUST",
    run: async (site) => {
      const { client, response } = await site.answered(head(...HANDSHAKE), OK);
      must(statusOf(response) === 200, `the client got ${response.startLine}`);
      client.send("no HTTP at all\r\n\r\n");
      await quietTime();
      must(!site.origin.received.includes("no HTTP at all"), "bytes behind the refusal reached the origin");
    },
  },
  {
    title: "Upgrade of an HTTP/1.0 request is ignored",
    section: "9110 7.8",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(head("GET /probe HTTP/1.0", ...HANDSHAKE.slice(1)));
      const status = client.response().then(statusOf);
      status.catch(() => {});
      const outcome = await Promise.race([status, site.origin.request()]);
      if (typeof outcome === "number") must(outcome !== 101, "answered with 101");
      else must(fieldValue(outcome.message.fields, "upgrade") === null, "Upgrade reached the origin");
    },
  },
  {
    title: "Upgrade without its Connection option is not forwarded",
    section: "9110 7.6.1",
    level: "SHOULD",
    run: async (site) => {
      const { got } = await site.exchange(head("GET /probe HTTP/1.1", "Host: a.example", "Upgrade: websocket"));
      must(fieldValue(got.message.fields, "upgrade") === null, "Upgrade reached the origin");
    },
  },
  {
    title: "a 101 that nobody asked for is never forwarded",
    section: "9110 15.2.2",
    level: "MUST",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      got.connection.send(SWITCHING);
      got.connection.end();
      const response = await client.finalResponse();
      must(statusOf(response) !== 101, "the client got the 101");
      must(statusOf(response) >= 500, `the client got ${response.startLine}`);
    },
  },
  refusal({
    title: "CONNECT: refused, or passed on in authority form",
    section: "9112 3.2.3",
    sends: head("CONNECT a.example:443 HTTP/1.1", "Host: a.example:443"),
    reading: ({ startLine }) => (startLine === "CONNECT a.example:443 HTTP/1.1" ? null : `forwarded as ${startLine}`),
  }),
];

export const hopByHop: ProbeGroup[] = [
  { title: "Fields of one hop, in requests", probes: requestFields },
  { title: "Fields of one hop, in responses", probes: responseFields },
  { title: "Upgrades", probes: upgrades },
];
