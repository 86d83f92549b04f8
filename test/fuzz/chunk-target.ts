import assert from "node:assert/strict";
import { readRequest } from "../support/http-message.js";
import type { SeededRandom } from "../support/seeded-random.js";
import { FuzzFailure, type FuzzTarget } from "./fuzz-target.js";
import { MessageLog } from "./message-log.js";
import { Mutator } from "./mutator.js";

const HEAD = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";

const BODIES = [
  "0\r\n\r\n",
  "5\r\nhello\r\n0\r\n\r\n",
  "1A\r\nabcdefghijklmnopqrstuvwxyz\r\nb\r\n0123456789a\r\n000\r\n\r\n",
  '5;a;b=c;d="e;f\\"\\\\" ;g\r\nhello\r\n0;last\r\n\r\n',
  "5 ; a = b\r\nhello\r\n0\r\nX-Sum: 1\r\nX-Sum: 2\r\n\r\n",
  "7\r\n\r\n0\r\n\r\n\r\n0\r\n\r\n",
  "fffffffffffff\r\nhello",
  "00000000000000005\r\nhello\r\n0\r\n\r\n",
];

/**
 * Bodies in chunks, behind a head that is good: however they are cut, the same comes of them, and what the strict reader
 * of the tests takes for a whole message is one with the same body. That one knows no extensions, so it may refuse more.
 */
export function chunkTarget(random: SeededRandom): FuzzTarget {
  const mutator = new Mutator(random, BODIES);
  return {
    name: "chunked bodies",
    run: () => {
      const body = mutator.next();
      try {
        checkChunks(HEAD + body, mutator.split(HEAD + body));
      } catch (cause) {
        throw new FuzzFailure(`chunked bodies: ${JSON.stringify(body)}`, { cause });
      }
    },
  };
}

function checkChunks(text: string, pieces: readonly string[]): void {
  const log = MessageLog.of("request", [text]);
  assert.equal(MessageLog.of("request", text.split("")).text, log.text, "byte by byte comes to something else");
  assert.equal(MessageLog.of("request", pieces).text, log.text, "cut into pieces it comes to something else");
  const [first] = log.messages;
  const strict = strictBody(text);
  if (strict === null || first === undefined || log.messages.length > 1) return;
  // A trailer section may be refused for its limits, which that reader has not.
  if (log.error === null) assert.ok(first.complete, "it is complete for the strict reader");
  if (first.complete) assert.equal(first.body, strict, "the body is another one for the strict reader");
}

/** Null where the reader refuses the message, or waits for more of it. */
function strictBody(text: string): string | null {
  try {
    return readRequest(Buffer.from(text, "latin1"))?.body.toString("latin1") ?? null;
  } catch {
    return null;
  }
}
