import { METHODS } from "node:http";
import { Http1Errors } from "../../../src/http/codec/codec-error.js";
import type { Difference } from "./difference.js";

/** A class of differences, and why our reading is right. */
export interface Reason {
  readonly what: string;
  readonly why: string;
}

interface Rule extends Reason {
  readonly applies: (difference: Difference) => boolean;
}

const GRAMMAR = "RFC 9112 2.2: what does not meet the grammar is answered with 400";

/** Where we refuse: by what our access log says of it. */
const REFUSALS: Readonly<Record<string, string>> = {
  [Http1Errors.invalidMethod.message]: `${GRAMMAR}; a method is a token, and one space follows`,
  [Http1Errors.invalidRequestLine.message]:
    "RFC 9112 3: single spaces; a line that can be cut in two ways is refused, not repaired",
  [Http1Errors.invalidVersion.message]: "RFC 9112 2.3: the version is HTTP/, a digit, a dot, a digit, and nothing else",
  [Http1Errors.unsupportedVersion.message]: "RFC 9110 15.6.6: 505; what a later version means is not known",
  [Http1Errors.bareLineFeed.message]:
    "RFC 9112 2.2 lets a recipient take a bare LF for a line end; whoever is behind us may not",
  [Http1Errors.bareCarriageReturn.message]: "RFC 9112 2.2: a bare CR makes the message invalid",
  [Http1Errors.tooManyEmptyLines.message]: "RFC 9112 2.2 asks to skip at least one empty line; eight are enough",
  [Http1Errors.obsoleteFold.message]: "RFC 9112 5.2: refused or replaced; who does not see the fold sees another field",
  [Http1Errors.spaceBeforeFirstField.message]: "RFC 9112 2.2: refused, or the line ignored",
  [Http1Errors.missingColon.message]: GRAMMAR,
  [Http1Errors.spaceBeforeColon.message]: "RFC 9112 5.1: a MUST, it has been used for smuggling",
  [Http1Errors.invalidName.message]: "RFC 9110 5.1: a name is a token",
  [Http1Errors.invalidValue.message]: "RFC 9110 5.5: control characters are refused",
  [Http1Errors.invalidTarget.message]:
    "RFC 9112 3.2: none of the four forms, or not the method's; userinfo is refused (RFC 9110 4.2.4)",
  [Http1Errors.invalidScheme.message]: "RFC 9110 4.2: a proxy for http and https forwards no other scheme",
  [Http1Errors.httpsInPlaintext.message]: "RFC 9110 4.2.2: https never comes in the clear",
  [Http1Errors.invalidHost.message]: "RFC 9112 3.2: a MUST, an invalid Host is answered with 400",
  [Http1Errors.repeatedHost.message]: "RFC 9112 3.2: a MUST, more than one Host is answered with 400",
  [Http1Errors.headTooLarge.message]: "RFC 6585 5: a limit",
  [Http1Errors.tooManyFields.message]: "RFC 6585 5: a limit, `max_headers_count`, Envoy's 100 by default",
  [Http1Errors.trailersTooLarge.message]: "RFC 6585 5: a limit",
  [Http1Errors.invalidContentLength.message]: "RFC 9110 8.6: digits; a list of equal numbers may be refused",
  [Http1Errors.conflictingContentLength.message]: "RFC 9112 6.3: a MUST",
  [Http1Errors.lengthAndCoding.message]: "RFC 9112 6.1: may be refused; nobody sends both in good faith",
  [Http1Errors.unknownTransferCoding.message]: "RFC 9112 6.1: 501; the coding is not implemented",
  [Http1Errors.chunkedNotFinal.message]: "RFC 9112 6.3: a MUST, the end of the body cannot be known",
  [Http1Errors.codingNotAllowed.message]: "RFC 9112 6.1: a coding in HTTP/1.0 is faulty framing",
  [Http1Errors.bodyNotAllowed.message]: "RFC 9110 9.3.6: CONNECT has no content",
  [Http1Errors.invalidConnectionHeader.message]:
    "RFC 9110 7.6.1: an option may not take away what frames, routes or describes the message",
  [Http1Errors.invalidChunkSize.message]: "RFC 9112 7.1: hexadecimal digits, then an extension or the line's end",
  [Http1Errors.chunkTooLarge.message]: "RFC 9112 7.1: overflow is prevented; fourteen digits are more than any chunk",
  [Http1Errors.chunkExtensionTooLarge.message]: "RFC 9112 7.1.1: a limit",
  [Http1Errors.invalidChunkExtension.message]:
    "RFC 9112 7.1.1: a list of names with values, without control characters",
  [Http1Errors.missingChunkEnd.message]: "RFC 9112 7.1: CRLF follows the data; anything else moves all that follows",
  missing_host_header: "RFC 9112 3.2: an empty host cannot be routed; one of HTTP/1.0 needs `default_host_for_http_10`",
  path_normalization_failed: "RFC 9112 3.2: a fragment is no part of a target",
  absolute_path_rejected: "RFC 9112 3.2.1: a path begins with a slash",
  max_forwards_reached: "RFC 9110 7.6.2: a MUST, at 0 the request goes no further",
};

/** Where they refuse, and where both take the bytes for different requests. */
const RULES: readonly Rule[] = [
  {
    what: "an upgrade that is not enabled",
    why: "RFC 9110 7.8: a proxy passes on what it can speak; only upgrades that are enabled pass, as with Envoy",
    applies: ({ kind, ours }) => kind === "stricter" && / upgrade_failed /.test(ours.details),
  },
  {
    what: "CONNECT without a route for it",
    why: "RFC 9110 9.3.6: a tunnel is for those whom configuration allows it, as with Envoy",
    applies: ({ kind, their, ours }) =>
      kind === "stricter" && their?.method === "CONNECT" && / route_not_found /.test(ours.details),
  },
  {
    what: "a request behind an upgrade that was not granted",
    why: "RFC 9110 7.8: what was sent before the answer may have been meant for the other protocol",
    applies: ({ kind, ours, input }) =>
      kind === "stricter" && / via_upstream /.test(ours.details) && /^upgrade:/im.test(input),
  },
  {
    what: "a method that is not in the other's list",
    why: "RFC 9110 9.1: any token is a method; what is allowed is for routes and origins to say",
    applies: ({ peer, own }) => own !== null && !knowsMethod(peer, own.method),
  },
  {
    what: "a line whose end has not come",
    why: "a line is judged when it is whole; until then the limits of a head and of its time hold",
    applies: ({ kind, input, ours }) => kind === "waiting" && endsInsideHead(input, ours.requests.length),
  },
  {
    what: "the body of a request whose method is not in the other's list",
    why: "RFC 9110 9.1: any token is a method; its body has not come yet",
    applies: ({ kind, peer, input }) =>
      kind === "waiting" && !knowsMethod(peer, /^\S*/.exec(input.trimStart())?.[0] ?? ""),
  },
  {
    what: "a request that goes no further and is answered here",
    why: "RFC 9110 7.6.2: OPTIONS with `Max-Forwards: 0` has its answer, and the connection lives",
    applies: ({ kind, ours }) => kind === "waiting" && / max_forwards_reached /.test(ours.details),
  },
  {
    what: "OPTIONS for the whole server",
    why: "RFC 9112 3.2.4: the asterisk form, or an absolute form without a path, is forwarded as an asterisk",
    applies: ({ own }) => own?.method === "OPTIONS" && own.target === "*",
  },
  {
    what: "TRACE",
    why: "RFC 9110 9.3.8: TRACE is answered by its recipient, and a proxy that is not the last one forwards it",
    applies: ({ peer, own, theirs }) => peer === "nginx" && own?.method === "TRACE" && theirs.status === 405,
  },
  {
    what: "an escape that nginx does not decode",
    why: "RFC 9112 3.2: path and query go on as they came; what they mean is for the origin to say",
    applies: ({ peer, kind, own }) =>
      peer === "nginx" && kind === "looser" && /%(?![0-9a-f]{2})|%00/i.test(pathOf(own?.target)),
  },
  {
    what: "a path that leaves the root",
    why: "RFC 9112 3.2: a path goes on as it came, unless `normalize_path` is set, which refuses it",
    applies: ({ peer, kind, own }) => peer === "nginx" && kind === "looser" && leavesRoot(pathOf(own?.target)),
  },
  {
    what: "two lengths that agree",
    why: "RFC 9110 8.6: one number in two lines may be refused, or sent on as one",
    applies: ({ kind, input }) => kind === "looser" && (input.match(/^content-length:/gim) ?? []).length > 1,
  },
  {
    what: "whitespace around `chunked`",
    why: "RFC 9110 5.5: a value is read without the whitespace around it, tabs included",
    applies: ({ kind, input }) =>
      kind === "looser" && /^transfer-encoding:(?:[ \t]*\t| {2})|chunked[ \t]+\r$/im.test(input),
  },
  {
    what: "a higher minor version",
    why: "RFC 9110 2.5: it is answered as the highest that is known",
    applies: ({ kind, input }) => kind === "looser" && /HTTP\/1\.[2-9]\r\n/.test(input),
  },
  {
    what: "a trailer that speaks of framing",
    why: "RFC 9110 6.5.1: it must not be merged, and may be dropped: it changes nothing",
    applies: ({ kind, input }) =>
      kind === "looser" && /0+\r\n[\s\S]*^(content-length|transfer-encoding):/im.test(input),
  },
  {
    what: "an upgrade without a key",
    why: "RFC 6455 4.2.1: what a WebSocket's handshake lacks is for the origin to say",
    applies: ({ peer, kind, input }) => peer === "HAProxy" && kind === "looser" && /^upgrade:/im.test(input),
  },
  {
    what: "an absolute form whose authority is not the Host's",
    why: "RFC 9112 3.2.2: a MUST, the target's authority replaces the field",
    applies: ({ peer, kind, input }) => peer === "HAProxy" && kind === "looser" && / https?:\/\//i.test(input),
  },
  {
    what: "an absolute form beside an empty Host",
    why: "RFC 9112 3.2.2: what the field says is ignored, the target's authority replaces it",
    applies: ({ peer, kind, input }) =>
      peer === "nginx" && kind === "looser" && / https?:\/\//i.test(input) && /^host:[ \t]*\r$/im.test(input),
  },
  {
    what: "an absolute form that is forwarded as one",
    why: "RFC 9112 3.2.1: to an origin goes the origin form",
    applies: ({ peer, kind, their }) => peer === "HAProxy" && kind === "other" && /^https?:/i.test(their?.target ?? ""),
  },
  {
    what: "a host without its port, its final dot or its upper case",
    why: "RFC 9112 3.2: Host goes on as it came; here it is nginx's `$host`",
    applies: ({ peer, kind, own, their }) =>
      peer === "nginx" && kind === "other" && own?.target === their?.target && sameHostName(own?.host, their?.host),
  },
];

const NODE_METHODS = new Set(METHODS);

function knowsMethod(peer: string, method: string): boolean {
  if (peer === "Node") return NODE_METHODS.has(method);
  return peer === "nginx" ? /^[A-Z_-]+$/.test(method) : true;
}

/** What is left behind the requests that were seen is a head without its end; a chunked body has an empty line of its own. */
function endsInsideHead(input: string, requests: number): boolean {
  const emptyLines = input.split("\r\n\r\n").length - 1;
  return emptyLines <= requests || (requests > 0 && !input.endsWith("\n"));
}

function pathOf(target = ""): string {
  return target.split("?", 1)[0] ?? "";
}

function leavesRoot(path: string): boolean {
  let depth = 0;
  for (const segment of path.replace(/%2e/gi, ".").replace(/%2f/gi, "/").split("/")) {
    if (segment === "..") depth--;
    else if (segment !== "." && segment !== "") depth++;
    if (depth < 0) return true;
  }
  return false;
}

function sameHostName(one = "", other = ""): boolean {
  return one.replace(/\.?(:\d*)?$/, "").toLowerCase() === other.replace(/\.?(:\d*)?$/, "").toLowerCase();
}

/** Why the difference is one; null when nothing explains it. */
export function reasonFor(difference: Difference): Reason | null {
  if (difference.kind === "stricter") {
    const why = REFUSALS[refusalOf(difference.ours.details)];
    if (why !== undefined) return { what: refusalOf(difference.ours.details), why };
  }
  return RULES.find(({ applies }) => applies(difference)) ?? null;
}

/** From `400 http1.codec_error what exactly was wrong`; `-` where nothing more is known than the details. */
function refusalOf(details: string): string {
  const [, name = "", ...message] = details.split(" ");
  const text = message.join(" ");
  return text === "-" || text === "" ? name : text;
}
