import { readdirSync, readFileSync } from "node:fs";
import { parseWireCases } from "../support/wire-case.js";

/** The cases stay beside their source: the compiler copies no Markdown. */
const CASES = new URL("../../../test/wire/", import.meta.url);

/** What clients and origins send in the cases of test/wire, as latin1: every form of a message that has a meaning. */
export interface Corpus {
  readonly requests: readonly string[];
  readonly responses: readonly string[];
}

/** Longer texts only make mutations rarer. */
const MAX_LENGTH = 4_000;

/** Sizes of chunks that have letters or several digits: cases that are read by people have short bodies. */
const CHUNKED = `transfer-encoding: chunked\r\n\r\n1A\r\n${"x".repeat(26)}\r\nb\r\n${"y".repeat(11)}\r\n0\r\n\r\n`;

export function readCorpus(): Corpus {
  const requests = new Set([`POST / HTTP/1.1\r\nhost: a\r\n${CHUNKED}`]);
  const responses = new Set([`HTTP/1.1 200 OK\r\n${CHUNKED}`]);
  for (const fileName of readdirSync(CASES)) {
    if (!fileName.endsWith(".md") || fileName === "README.md") continue;
    for (const { steps } of parseWireCases(readFileSync(new URL(fileName, CASES), "utf8"), fileName)) {
      let sent = "";
      for (const step of steps) {
        if (step.kind === "client") sent += step.bytes;
        else if (step.kind === "reply" && step.bytes !== "" && step.bytes.length <= MAX_LENGTH)
          responses.add(step.bytes);
      }
      if (sent !== "" && sent.length <= MAX_LENGTH) requests.add(sent);
    }
  }
  return { requests: [...requests], responses: [...responses] };
}
