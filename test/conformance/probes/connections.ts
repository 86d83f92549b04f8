import { setTimeout as sleep } from "node:timers/promises";
import { must } from "../finding.js";
import { get, head, OK, type Probe, type ProbeGroup } from "../probe.js";
import { quietTime } from "../raw-end.js";
import type { OriginConnection } from "../recording-origin.js";
import type { Site } from "../site.js";
import { statusOf } from "../wire-message.js";

const HOST = "Host: a.example";
const SECOND = `${head("HTTP/1.1 200 OK", "Content-Length: 6")}second`;
/** How long a proxy that keeps a connection has to end it, for what came on it while nobody used it. */
const NOTICE_LIMIT_MS = 250;

/** A reply to the first request, then a second request of another client: it must get its own response. */
function leavesNothingBehind(title: string, section: string, first: string, reply: string): Probe {
  return {
    title,
    section,
    level: "MUST",
    run: async (site) => {
      const { client, got } = await site.exchange(first);
      got.connection.send(reply);
      await client.finalResponse(first.split(" ")[0]);
      await mayEnd(got.connection);
      await getsItsOwn(site);
    },
  };
}

async function mayEnd(connection: OriginConnection): Promise<void> {
  const deadline = performance.now() + NOTICE_LIMIT_MS;
  while (!connection.isOver && performance.now() < deadline) await sleep(2);
}

async function getsItsOwn(site: Site): Promise<void> {
  const client = await site.client();
  client.send(head("GET /second HTTP/1.1", HOST));
  const request = site.origin.request();
  request.then(({ connection }) => connection.send(SECOND)).catch(() => {});
  const response = await client.finalResponse();
  must(
    response.body === "second",
    `the next client got ${response.startLine} ${JSON.stringify(response.body.slice(0, 40))}`,
  );
}

const EVIL = `${head("HTTP/1.1 200 OK", "Content-Length: 4")}evil`;

const upstream: Probe[] = [
  leavesNothingBehind("a response that nobody asked for reaches nobody", "9112 9.2", get(), OK + EVIL),
  {
    title: "a response on an idle connection reaches nobody",
    section: "9112 9.2",
    level: "MUST",
    run: async (site) => {
      const { got } = await site.answered(get(), OK);
      await quietTime();
      got.connection.send(EVIL);
      await mayEnd(got.connection);
      await getsItsOwn(site);
    },
  },
  leavesNothingBehind(
    "a body behind a response to HEAD reaches nobody",
    "9110 9.3.2",
    head("HEAD /probe HTTP/1.1", HOST),
    `${head("HTTP/1.1 200 OK", `Content-Length: ${EVIL.length}`)}${EVIL}`,
  ),
  leavesNothingBehind(
    "a body behind a 204 reaches nobody",
    "9112 6.3",
    get(),
    `${head("HTTP/1.1 204 No Content", `Content-Length: ${EVIL.length}`)}${EVIL}`,
  ),
  leavesNothingBehind(
    "a body behind a 304 reaches nobody",
    "9110 15.4.5",
    get('If-None-Match: "x"'),
    `${head("HTTP/1.1 304 Not Modified", `Content-Length: ${EVIL.length}`)}${EVIL}`,
  ),
  {
    title: "a GET whose kept connection closes without an answer is answered all the same",
    section: "9112 9.3.1",
    level: "wanted",
    run: async (site) => {
      const { client, got } = await site.answered(get(), OK);
      client.send(head("GET /second HTTP/1.1", HOST));
      const { connection } = await site.origin.request();
      if (connection === got.connection) {
        connection.destroy();
        const again = site.origin.request();
        again.then((request) => request.connection.send(SECOND)).catch(() => {});
      } else {
        connection.send(SECOND);
      }
      const response = await client.finalResponse();
      must(response.body === "second", `the client got ${response.startLine}`);
    },
  },
  {
    title: "a POST that may have been processed is not sent again",
    section: "9112 9.3.1",
    level: "MUST",
    run: async (site) => {
      await site.answered(get(), OK);
      const { client, got } = await site.exchange(`${head("POST /once HTTP/1.1", HOST, "Content-Length: 5")}hello`);
      got.connection.destroy();
      const again = site.origin.request();
      again.then(({ connection }) => connection.send(OK)).catch(() => {});
      await client.until("an answer or the end", () =>
        /\r\n\r\n/.test(client.received) ? true : client.isOver || null,
      );
      const times = site.origin.wholeRequests().filter(({ startLine }) => startLine.startsWith("POST ")).length;
      must(times === 1, `the origin got it ${times} times`);
      must(!/^HTTP\/1\.1 2/.test(client.received), "it was answered as if it had been processed");
    },
  },
  {
    title: "an origin that refuses connections is answered for with 502, 503 or 504",
    section: "9110 15.6",
    level: "SHOULD",
    run: (site) =>
      site.origin.refusing(async () => {
        const client = await site.client();
        client.send(get());
        const status = statusOf(await client.response());
        must(status >= 502 && status <= 504, `the client got ${status}`);
      }),
  },
  {
    title: "an origin that closes instead of answering is answered for with 502, 503 or 504",
    section: "9110 15.6.3",
    level: "SHOULD",
    run: async (site) => {
      const { client, got } = await site.exchange(`${head("POST /probe HTTP/1.1", HOST, "Content-Length: 2")}ok`);
      got.connection.end();
      const status = statusOf(await client.response());
      must(status >= 502 && status <= 504, `the client got ${status}`);
    },
  },
  {
    title: "what is no HTTP is answered for with 502",
    section: "9110 15.6.3",
    level: "SHOULD",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      got.connection.send("SSH-2.0-OpenSSH_9.2\r\n\r\n");
      got.connection.end();
      const status = statusOf(await client.response());
      must(status === 502, `the client got ${status}`);
    },
  },
];

const downstream: Probe[] = [
  {
    title: "pipelined requests are answered in their order",
    section: "9112 9.3.2",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(head("GET /1 HTTP/1.1", HOST) + head("GET /2 HTTP/1.1", HOST));
      const first = await site.origin.request();
      const second = site.origin.request();
      second.then(({ connection }) => connection.send(SECOND)).catch(() => {});
      await quietTime();
      first.connection.send(OK);
      const bodies = [(await client.response()).body, (await client.response()).body];
      must(bodies.join() === "ok,second", `the client got ${bodies.join(", then ")}`);
    },
  },
  {
    title: "a request that closes is served, what is pipelined behind it is not",
    section: "9112 9.6",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(get("Connection: close") + head("GET /second HTTP/1.1", HOST));
      const { connection } = await site.origin.request();
      connection.send(OK);
      await client.untilOver();
      must(!site.origin.received.includes("/second"), "it reached the origin");
    },
  },
  {
    title: "close is followed by the end of the connection",
    section: "9112 9.6",
    level: "MUST",
    run: async (site) => {
      const { client } = await site.answered(get("Connection: close"), OK);
      await client.untilOver();
    },
  },
  {
    title: "close is answered with close",
    section: "9112 9.6",
    level: "SHOULD",
    run: async (site) => {
      const { response } = await site.answered(get("Connection: close"), OK);
      must(/\r\nconnection: close\r\n/i.test(response.head), "the response does not say so");
    },
  },
  {
    title: "an answer before the request is complete passes, and the rest is no request",
    section: "9112 9.3",
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      const rest = "GET /smuggled HTTP/1.1\r\nHost: a.example\r\n\r\n";
      client.send(`${head("POST /probe HTTP/1.1", HOST, `Content-Length: ${5 + rest.length}`)}hello`);
      // A proxy that waits for the whole body has nothing to show here.
      const { connection } = await site.origin.head().catch(() => ({ connection: null }));
      if (connection === null) {
        client.send(rest);
        (await site.origin.head()).connection.send(OK);
      } else {
        connection.send(OK);
        await quietTime();
        client.send(rest);
      }
      must(statusOf(await client.finalResponse()) === 200, "the answer was lost");
      await quietTime();
      const requests = site.origin.wholeRequests().map(({ startLine }) => startLine);
      must(!requests.some((line) => line.includes("/smuggled")), "the body became a request");
    },
  },
  {
    title: "a client that leaves before the answer ends the request to the origin",
    section: "9112 9.6",
    level: "wanted",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      client.reset();
      await got.connection.untilOver("the end of the connection after the client's reset");
    },
  },
  {
    title: "a client that leaves in the middle of an answer stops it",
    section: "9112 9.6",
    level: "wanted",
    run: async (site) => {
      const { client, got } = await site.exchange(get());
      got.connection.send(`${head("HTTP/1.1 200 OK", "Content-Length: 900000000")}${"x".repeat(100_000)}`);
      await client.until("the beginning", () => client.received.includes("\r\n\r\n") || null);
      client.reset();
      const writer = setInterval(() => got.connection.send("x".repeat(10_000)), 5);
      await got.connection.untilOver("the end of the connection").finally(() => clearInterval(writer));
    },
  },
  {
    title: "a refused request is answered before its connection ends",
    section: "9112 2.2",
    level: "SHOULD",
    run: async (site) => {
      const client = await site.client();
      client.send("no request line at all\r\n\r\n");
      const status = statusOf(await client.response());
      must(status >= 400 && status < 600, `the client got ${status}`);
      await client.untilOver();
    },
  },
];

export const connections: ProbeGroup[] = [
  { title: "Connections to the origin", probes: upstream },
  { title: "Connections of clients", probes: downstream },
];
