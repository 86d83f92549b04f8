import { reasonPhrase } from "../../src/http/headers/status-code.js";
import type { WireCase, WireStep } from "./wire-case.js";
import type { WireSettings } from "./wire-settings.js";
import { WILDCARD } from "./wire-text.js";

/*
 * Blocks that stand for a whole case each, because only one thing may come of what they send: `refused`, `cut` and
 * `badgateway` of test/wire/README.md.
 */

/** What a shorthand block becomes. */
export type ExpandedCase = Pick<WireCase, "steps" | "outcome">;

/** A block with its words behind the name of the shorthand, and its bytes. */
export interface ShorthandBlock {
  readonly words: readonly string[];
  readonly bytes: string;
  readonly line: number;
  readonly settings: WireSettings;
}

type Expansion = (block: ShorthandBlock) => ExpandedCase;

const SHORTHANDS: ReadonlyMap<string, Expansion> = new Map([
  ["refused", expandRefused],
  ["cut", expandCut],
  ["badgateway", expandBadGateway],
]);

/** The shorthand of this name, undefined when it is none. Expansions throw messages without a position. */
export function shorthandOf(name: string): Expansion | undefined {
  return SHORTHANDS.get(name);
}

/** What the proxy passes on of a request to host `a`. */
function passedOn({ routeTimeoutMs }: WireSettings): string {
  return `host: a\r\nx-forwarded-proto: http\r\nx-envoy-expected-rq-timeout-ms: ${routeTimeoutMs}\r\n`;
}

/** The client's bytes are refused as they stand: one answer, no connection to the origin, the client's is closed. */
function expandRefused({ words, bytes, line }: ShorthandBlock): ExpandedCase {
  const refusal = refusalOf(words);
  return {
    steps: [
      { kind: "client", line, bytes, ending: "none" },
      { kind: "gets", line, expected: refusal.answer },
    ],
    outcome: { line, client: "closed", upstream: "none", log: [refusal.log] },
  };
}

/**
 * The block is the body of a chunked request, which is refused after its head was passed on: the origin must not see a
 * complete request.
 */
function expandCut({ words, bytes, line, settings }: ShorthandBlock): ExpandedCase {
  const refusal = refusalOf(words);
  const head = "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
  const expected = `POST / HTTP/1.1\r\n${passedOn(settings)}transfer-encoding: chunked\r\n\r\n`;
  return {
    steps: [
      { kind: "client", line, bytes: head, ending: "none" },
      { kind: "upstream", line, expected, connection: 1 },
      { kind: "client", line, bytes, ending: "none" },
      { kind: "gets", line, expected: refusal.answer },
      { kind: "unfinished", line, connection: 1 },
    ],
    outcome: { line, client: "closed", upstream: "gone", log: [refusal.log] },
  };
}

/** The block is the origin's response, which the client must not see anything of. */
function expandBadGateway({ words, bytes, line, settings }: ShorthandBlock): ExpandedCase {
  const [method = "GET", ...rest] = words;
  if (rest.length > 0) throw new Error("badgateway takes a method at most");
  const body =
    method === "HEAD" ? "" : "upstream connect error or disconnect/reset before headers. reset reason: protocol error";
  const answer =
    "HTTP/1.1 502 Bad Gateway\r\ncontent-length: 87\r\ncontent-type: text/plain\r\n" +
    `date: ${WILDCARD}\r\nserver: sluice\r\n\r\n${body}`;
  const steps: WireStep[] = [
    { kind: "client", line, bytes: `${method} / HTTP/1.1\r\nHost: a\r\n\r\n`, ending: "none" },
    { kind: "upstream", line, expected: `${method} / HTTP/1.1\r\n${passedOn(settings)}\r\n`, connection: 1 },
    { kind: "reply", line, bytes, connection: 1, ending: "none" },
    { kind: "gets", line, expected: answer },
  ];
  const log = ["502 UPE upstream_reset_before_response_started{protocol_error}"];
  return { steps, outcome: { line, client: "open", upstream: "gone", log } };
}

/** The words `400 http1.codec_error`: the answer to the client, and the line in the log. */
function refusalOf(words: readonly string[]): { readonly answer: string; readonly log: string } {
  const [status = "", details = "", ...rest] = words;
  if (!/^[45]\d\d$/.test(status) || details === "" || rest.length > 0) {
    throw new Error("a status and details are expected, such as: 400 http1.codec_error");
  }
  // What the codec refuses is answered with the reason phrase, what the connection manager refuses with nothing.
  const byCodec = details.startsWith("http1.");
  const reason = reasonPhrase(Number(status));
  const content = byCodec
    ? `content-length: ${reason.length}\r\ncontent-type: text/plain\r\n`
    : "content-length: 0\r\n";
  return {
    answer:
      `HTTP/1.1 ${status} ${reason}\r\n${content}date: ${WILDCARD}\r\nserver: sluice\r\nconnection: close\r\n\r\n` +
      (byCodec ? reason : ""),
    log: `${status} ${byCodec ? "DPE" : "-"} ${details}`,
  };
}
