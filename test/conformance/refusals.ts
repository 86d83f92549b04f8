import { Finding, must } from "./finding.js";
import { type Level, OK, type Probe } from "./probe.js";
import { quietTime } from "./raw-end.js";
import type { OriginRequest } from "./recording-origin.js";
import type { Site, SiteClient } from "./site.js";
import { readMessage, statusOf, type WireMessage } from "./wire-message.js";

export interface Refusal {
  readonly title: string;
  readonly section: string;
  readonly level?: Level;
  /** What the client sends. */
  readonly sends: string;
  /** Nothing more may be read from the connection. */
  readonly closes?: boolean;
  /** The one reading that is allowed too; returns what is wrong with it, or null. */
  readonly reading?: (request: WireMessage) => string | null;
}

/** A probe of bytes that must not be taken for a good request. Whatever is behind them is named `/smuggled`. */
export function refusal(refused: Refusal): Probe {
  return {
    title: refused.title,
    section: refused.section,
    level: refused.level ?? "MUST",
    run: (site) => runRefusal(site, refused),
  };
}

async function runRefusal(site: Site, { sends, closes = false, reading }: Refusal): Promise<void> {
  const client = await site.client();
  client.send(sends);
  const outcome = await answerOrForward(site, client);
  if (outcome.kind === "forwarded") {
    await judgeForwarded(outcome.request, reading);
    return;
  }
  must(outcome.status >= 400 || outcome.status === 0, `answered with ${outcome.status}`);
  if (closes) await client.untilOver(`the end of the connection after the ${outcome.status}`);
  await quietTime();
  must(!site.origin.received.includes("/smuggled"), "what stood behind it reached the origin as a request");
}

async function judgeForwarded(request: OriginRequest, reading: Refusal["reading"]): Promise<void> {
  const { message, connection } = request;
  if (reading === undefined) throw new Finding(`forwarded as ${JSON.stringify(message.head.slice(0, 120))}`);
  const wrong = reading(message);
  if (wrong !== null) throw new Finding(wrong);
  connection.send(OK);
  await quietTime();
}

type Outcome = { kind: "forwarded"; request: OriginRequest } | { kind: "answered"; status: number };

/** What comes first: an answer (0 for the end of the connection), or a whole request at the origin. */
async function answerOrForward(site: Site, client: SiteClient): Promise<Outcome> {
  const forwarded = site.origin.request().then((request): Outcome => ({ kind: "forwarded", request }));
  // Whoever loses the race may fail later, unheard.
  forwarded.catch(() => {});
  const answered = client
    .until("an answer, or the end of the connection", () => {
      const message = readMessage(client.received, { answers: "GET", ended: client.isOver });
      if (message !== null) return { message };
      return client.isOver ? { message: null } : null;
    })
    .then(({ message }): Outcome => ({ kind: "answered", status: message === null ? 0 : statusOf(message) }));
  answered.catch(() => {});
  return Promise.race([forwarded, answered]);
}

/** A probe of a chunked request whose head is good and whose body is not: no whole request may reach the origin. */
export function cutBody(cut: { title: string; section: string; body: string }): Probe {
  return {
    title: cut.title,
    section: cut.section,
    level: "MUST",
    run: async (site) => {
      const client = await site.client();
      client.send(`POST /probe HTTP/1.1\r\nHost: a.example\r\nTransfer-Encoding: chunked\r\n\r\n${cut.body}`);
      await client.untilOver();
      await quietTime();
      const [whole] = site.origin.wholeRequests();
      must(whole === undefined, `the origin got a whole request: ${JSON.stringify(whole?.body)}`);
      must(
        !/^HTTP\/1\.1 [123]/.test(client.received.replace(/^HTTP\/1\.1 100 [\s\S]*?\r\n\r\n/, "")),
        "answered as if it were good",
      );
    },
  };
}
