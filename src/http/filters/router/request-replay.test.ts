import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeaderMap } from "../../headers/header-map.js";
import { type ReplayOwner, type ReplayPurpose, RequestReplay, replayLimit } from "./request-replay.js";

const KIB = 1024;

/** Wants the body for one purpose, and counts what it is told. */
class Owner implements ReplayOwner {
  replayPurpose: ReplayPurpose;
  outgrown = 0;

  constructor(purpose: ReplayPurpose) {
    this.replayPurpose = purpose;
  }

  keep(data: Buffer): Buffer {
    return Buffer.from(data);
  }

  onReplayOutgrown(): void {
    this.outgrown++;
  }
}

function replayFor(owner: Owner, limitBytes: number): RequestReplay {
  return new RequestReplay(owner, new HeaderMap(), limitBytes);
}

function addAll(replay: RequestReplay, sizes: readonly number[]): void {
  for (const size of sizes) replay.add(Buffer.alloc(size, "x"));
}

describe("a body is kept whole or not at all", () => {
  const rows: readonly {
    readonly purpose: ReplayPurpose;
    readonly limitBytes: number;
    readonly pieces: readonly number[];
    readonly whole: boolean;
    readonly outgrown: number;
  }[] = [
    { purpose: "again", limitBytes: 0, pieces: [KIB * KIB, KIB * KIB], whole: true, outgrown: 0 },
    { purpose: "again", limitBytes: 6, pieces: [3, 3], whole: true, outgrown: 0 },
    { purpose: "again", limitBytes: 6, pieces: [3, 4], whole: false, outgrown: 1 },
    { purpose: "again", limitBytes: 6, pieces: [7, 1, 9], whole: false, outgrown: 1 },
    { purpose: "stale", limitBytes: 0, pieces: [64 * KIB], whole: true, outgrown: 0 },
    { purpose: "stale", limitBytes: 0, pieces: [64 * KIB, 1], whole: false, outgrown: 0 },
    { purpose: "stale", limitBytes: 6, pieces: [7], whole: false, outgrown: 0 },
    { purpose: "nothing", limitBytes: 0, pieces: [1], whole: false, outgrown: 0 },
    { purpose: "nothing", limitBytes: 0, pieces: [0], whole: true, outgrown: 0 },
  ];
  for (const { purpose, limitBytes, pieces, whole, outgrown } of rows) {
    test(`for ${purpose}, at most ${limitBytes}: ${pieces.join(", ")} bytes`, () => {
      const owner = new Owner(purpose);
      const replay = replayFor(owner, limitBytes);
      addAll(replay, pieces);
      assert.equal(replay.isWhole, whole);
      assert.equal(owner.outgrown, outgrown);
      assert.deepEqual(
        replay.body.map((piece) => piece.length),
        whole ? pieces.filter((size) => size > 0) : [],
      );
    });
  }
});

test("bytes that are kept do not change with what they were read into", () => {
  const replay = replayFor(new Owner("again"), 0);
  const read = Buffer.from("abc");
  const bytes = replay.add(read);
  read.fill(0);
  assert.equal(bytes.toString(), "abc");
  assert.equal(replay.body[0]?.toString(), "abc");
});

test("bytes that are not kept are passed on as they are", () => {
  const read = Buffer.from("abc");
  assert.equal(replayFor(new Owner("nothing"), 0).add(read), read);
});

test("what was once given up is not kept when there is a purpose again", () => {
  const owner = new Owner("nothing");
  const replay = replayFor(owner, 0);
  addAll(replay, [1]);
  owner.replayPurpose = "again";
  addAll(replay, [1]);
  assert.equal(replay.isWhole, false);
  assert.equal(replay.body.length, 0);
});

describe("limits of what may be kept", () => {
  const rows = [
    { body: null, older: null, connection: 10, limit: 10 },
    { body: null, older: 4, connection: 10, limit: 4 },
    { body: null, older: 40, connection: 10, limit: 10 },
    { body: null, older: 40, connection: 0, limit: 40 },
    { body: 40, older: null, connection: 10, limit: 40 },
    { body: 40, older: 4, connection: 10, limit: 40 },
  ];
  for (const { body, older, connection, limit } of rows) {
    test(`request_body_buffer_limit ${body}, per_request_buffer_limit_bytes ${older}, connection ${connection}`, () => {
      assert.equal(replayLimit({ bodyLimitBytes: body, replayLimitBytes: older }, connection), limit);
    });
  }
});
