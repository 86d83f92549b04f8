import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { FilterDataStatus, FilterHeadersStatus, FilterTrailersStatus, HttpFilterFactory } from "./filter.js";
import { Passage, responseHeaders, type Script } from "./passage.test.support.js";

/*
 * A filter that fails costs its own stream a 500 and nothing else: whatever it throws stays here.
 */

const FAILED = { status: 500, body: "Internal Server Error", trailers: "", complete: true };
const REPLY = "reply 500 filter_failure{A}";

function fail(): never {
  throw new Error("a bug");
}

function sendAll(p: Passage): void {
  p.headers(false);
  p.data("x", false);
  p.trailers();
}

describe("a filter that throws while the request is decoded", () => {
  const scripts: Readonly<Record<string, Script>> = {
    decodeHeaders: { headers: fail },
    decodeData: { data: fail },
    decodeTrailers: { trailers: fail },
    decodeComplete: { complete: fail },
  };
  for (const [name, script] of Object.entries(scripts)) {
    test(`in ${name}: 500, and nothing goes on`, () => {
      const p = new Passage("decoding", { A: script, B: {} });
      sendAll(p);
      assert.equal(p.take().at(-1), REPLY);
      assert.deepEqual(p.response, FAILED);
      assert.deepEqual(p.failures, ["A: a bug"]);
      assert.equal(p.filter("A").destroyed, 1);
    });
  }

  test("in data that another filter injects", () => {
    const p = new Passage("decoding", {
      A: {
        headers: (filter) => {
          filter.inject("x", false);
          return "continue";
        },
      },
      B: { data: fail },
    });
    p.headers(false);
    assert.equal(p.take().at(-1), "reply 500 filter_failure{B}");
    assert.deepEqual(p.response, FAILED);
  });

  test("when it goes on later", () => {
    const p = new Passage("decoding", { A: { headers: "stopIteration" }, B: { headers: fail } });
    p.headers(true);
    p.filter("A").continue();
    assert.deepEqual(p.response, FAILED);
  });
});

describe("a filter that throws while the response is encoded", () => {
  const held: Readonly<Record<string, Script>> = {
    encodeHeaders: { headers: fail },
    "encodeData, with the headers held": { headers: "stopIteration", data: fail },
    "encodeTrailers, with all held": { headers: "stopIteration", data: "stopIterationAndBuffer", trailers: fail },
  };
  for (const [name, script] of Object.entries(held)) {
    test(`in ${name}: 500 in the response's place`, () => {
      const p = new Passage("encoding", { A: script, B: {} });
      sendAll(p);
      assert.deepEqual(p.take().slice(-3), [REPLY, "> headers", "> data(Internal Server Error).end"]);
      assert.deepEqual(p.response, FAILED);
      assert.deepEqual(p.failures, ["A: a bug"]);
    });
  }

  const sent: Readonly<Record<string, Script>> = {
    encodeData: { data: fail },
    encodeTrailers: { trailers: fail },
    encodeComplete: { complete: fail },
  };
  for (const [name, script] of Object.entries(sent)) {
    test(`in ${name}, when the head was sent: the response is broken off`, () => {
      const p = new Passage("encoding", { A: script });
      sendAll(p);
      assert.equal(p.take().at(-1), "reset filter_failure{A}");
      assert.equal(p.response.complete, false);
    });
  }

  test("in encode1xxHeaders", () => {
    const p = new Passage("encoding", { A: { interim: fail } });
    p.terminal.encode1xxHeaders(responseHeaders(103));
    assert.deepEqual(p.response, FAILED);
    assert.deepEqual(p.failures, ["A: a bug"]);
  });

  test("in the local reply that a decoder filter sent", () => {
    const p = new Passage("both", { A: { headers: fail } });
    p.headers(true);
    assert.deepEqual(p.take(), [
      ...["A headers.end", REPLY, "A headers", REPLY],
      ...["> headers", "> data(Internal Server Error).end"],
    ]);
    assert.deepEqual(p.failures, ["A: a bug", "A: a bug"]);
  });
});

describe("a filter that throws at the stream's edges", () => {
  test("in onDestroy: the others are ended all the same", () => {
    const p = new Passage("both", { A: { destroy: fail }, B: {} });
    p.headers(true);
    p.manager.destroy();
    assert.equal(p.filter("B").destroyed, 1);
    assert.deepEqual(p.failures, ["A: a bug"]);
  });

  test("in its factory: 500 without half a chain, which is ended", () => {
    const p = new Passage("both", {});
    const ended: string[] = [];
    const good = p.scripted("good", { destroy: (filter) => void ended.push(filter.name) });
    const bad: HttpFilterFactory = { name: "bad", createFilter: fail };
    p.restart([good, bad, { name: "behind", createFilter: fail }]);
    p.headers(true);
    assert.deepEqual(p.take(), ["reply 500 filter_failure{bad}", "> headers", "> data(Internal Server Error).end"]);
    assert.deepEqual(p.failures, ["bad: a bug"]);
    assert.deepEqual(ended, ["good"]);
  });
});

describe("a filter that adds data behind the end that it has let pass", () => {
  const ends: Readonly<Record<string, (p: Passage) => void>> = {
    headers: (p) => p.headers(true),
    data: (p) => {
      p.headers(false);
      p.data("x", true);
    },
    trailers: sendAll,
  };
  for (const [name, send] of Object.entries(ends)) {
    test(`a request's, of ${name}: 502`, () => {
      const p = new Passage("decoding", { A: {}, B: {} });
      send(p);
      p.take();
      p.filter("A").add("too late");
      assert.deepEqual(p.take(), ["reply 502 filter_added_invalid_request_data"]);
      assert.deepEqual(p.response, { status: 502, body: "Filter error", trailers: "", complete: true });
    });
  }

  test("a response's, while another filter holds it: 502 in its place", () => {
    const p = new Passage("encoding", { A: {}, B: { headers: "stopIteration" } });
    p.headers(true);
    p.filter("A").add("too late");
    assert.ok(p.take().includes("reply 502 filter_added_invalid_response_data"));
    assert.deepEqual(p.response, { status: 502, body: "Filter error", trailers: "", complete: true });
  });

  test("when it hears of the end is not too late", () => {
    const p = new Passage("decoding", { A: { complete: (filter) => filter.add("y") }, B: {} });
    p.headers(false);
    p.data("x", true);
    assert.deepEqual(p.take(), [
      "A headers",
      "B headers",
      "> headers",
      "A data(x).end",
      "A complete",
      "B data(yx).end",
      "> data(yx).end",
    ]);
  });
});

test("a response without a status: 502 in its place", () => {
  const p = new Passage("encoding", { A: {} });
  p.terminal.encodeHeaders(responseHeaders(0), false);
  p.data("x", true);
  assert.deepEqual(p.response, { ...FAILED, status: 502, body: "missing required header: :status" });
});

describe("a filter that answers with something else than a status", () => {
  test("may reject the promise that it answered with: the process lives", async () => {
    const answer = Promise.reject(new Error("a bug"));
    const p = new Passage("decoding", { A: { headers: () => answer as unknown as FilterHeadersStatus } });
    p.headers(true);
    await answer.catch(() => {});
    assert.deepEqual(p.response, FAILED);
    assert.equal(p.failures.length, 1);
  });

  const answers: Readonly<Record<string, Script>> = {
    "headers, as an async function does": {
      headers: () => Promise.resolve("continue") as unknown as FilterHeadersStatus,
    },
    data: { data: () => undefined as unknown as FilterDataStatus },
    trailers: { trailers: () => "stopIterationAndBuffer" as FilterTrailersStatus },
  };
  for (const direction of ["decoding", "encoding"] as const) {
    for (const [name, script] of Object.entries(answers)) {
      test(`${direction} ${name}: has failed`, () => {
        const p = new Passage(direction, {
          A: { headers: "stopIteration", data: "stopIterationAndBuffer", ...script },
        });
        sendAll(p);
        assert.deepEqual(p.response, FAILED);
        assert.equal(p.failures.length, 1);
        assert.match(p.failures[0] as string, /^A: .* is no status that a filter can answer with$/);
      });
    }
  }
});
