import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { readCorpus } from "../corpus.js";
import { type Difference, differenceOf } from "./difference.js";
import { NodeReader } from "./node-reader.js";
import type { Observation, Reader, SeenRequest } from "./observation.js";
import { pageOf } from "./page.js";
import { reasonFor } from "./reasons.js";
import { startSluice } from "./start-readers.js";
import { shown, Tally } from "./tally.js";

/** `npm run differential` takes all of them, mutations of them, and the other proxies. */
const EVERY = 8;
const QUIET_MS = 60;
/** What is seen with less patience may be the machine's fault. */
const PATIENT_MS = 1_500;

function seen(target: string): SeenRequest {
  return { method: "GET", target, host: "a", body: "" };
}

function observation(requests: readonly SeenRequest[], details = ""): Observation {
  return { requests, status: 200, ended: true, details };
}

function difference(own: readonly SeenRequest[], their: readonly SeenRequest[], details = ""): Difference | null {
  return differenceOf("Node", "GET / HTTP/1.1\r\n\r\n", observation(own, details), observation(their));
}

async function compare(one: Reader, other: Reader, input: string, quietMs: number): Promise<Difference | null> {
  const [ours, theirs] = await Promise.all([one.observe(input, quietMs), other.observe(input, quietMs)]);
  return differenceOf(other.name, input, ours, theirs);
}

describe("the differential run", () => {
  test("readings part at the first request that is not the same", () => {
    assert.equal(difference([seen("/a"), seen("/b")], [seen("/a"), seen("/b")]), null);
    assert.equal(difference([seen("/a")], [seen("/a"), seen("/b")])?.kind, "stricter");
    assert.equal(difference([seen("/a"), seen("/b")], [seen("/a")])?.kind, "looser");
    const other = difference([seen("/a"), seen("/b")], [seen("/a"), seen("/c")]);
    const refusing = { ...observation([seen("/a")]), status: 400 };
    const idle = { ...observation([seen("/a")]), ended: false };
    assert.equal(differenceOf("Node", "", idle, refusing)?.kind, "waiting");
    assert.equal(differenceOf("Node", "", refusing, idle), null);
    assert.deepEqual([other?.kind, other?.own?.target, other?.their?.target], ["other", "/b", "/c"]);
  });

  test("a refusal is explained by what the access log says of it, anything else is not explained", () => {
    const refused = difference([], [seen("/")], "400 http1.codec_error line feed without carriage return");
    assert.equal(refused && reasonFor(refused)?.what, "line feed without carriage return");
    const lost = difference([seen("/a")], [seen("/a"), seen("/b")], "200 via_upstream -");
    assert.equal(lost && reasonFor(lost), null);
    const more = difference([seen("/a")], []);
    assert.equal(more && reasonFor(more), null);
  });

  test("the page names each class once, and what nothing explains", () => {
    const tally = new Tally();
    const refused = difference([], [seen("/")], "400 http1.codec_error line feed without carriage return");
    const more = difference([seen("/a")], []);
    for (const found of [refused, refused, more]) if (found !== null) tally.add(found);
    const page = pageOf(tally, ["Node"], { seed: 1, mutations: 0 });
    assert.match(
      page,
      /\| line feed without carriage return \| 2 \| RFC 9112 2\.2 .* \| `GET \/ HTTP\/1\.1\\r\\n\\r\\n` \|/,
    );
    assert.match(page, /## Not explained\n\n- Node, looser: /);
    assert.equal(tally.unexplained.length, 1);
  });

  test("bytes are shown as code that fits into a table", () => {
    assert.equal(shown("a|b`\r\n\0\xff"), "`a\\x7cb\\x60\\r\\n\\x00\\xff`");
  });

  test("Sluice and Node differ in nothing that has no reason", async (t) => {
    const sluice = await startSluice(t);
    t.after(() => sluice.close());
    const node = await NodeReader.start();
    t.after(() => node.close());
    const inputs = readCorpus().requests.filter((_, index) => index % EVERY === 0);
    for (const input of inputs) {
      let found = await compare(sluice, node, input, QUIET_MS);
      if (found !== null && reasonFor(found) === null) found = await compare(sluice, node, input, PATIENT_MS);
      if (found !== null) assert.notEqual(reasonFor(found), null, JSON.stringify(found));
    }
  });
});
