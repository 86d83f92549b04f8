import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeaderMap } from "../headers/header-map.js";
import type { FilterChainCallbacks } from "./filter.js";
import { Passage, responseHeaders, ScriptedFilter } from "./passage.test.support.js";

describe("FilterManager: the chain", () => {
  test("requests pass in the order of the configuration, responses against it", () => {
    const p = new Passage("both", { A: {}, B: {}, C: {} });
    p.headers(true);
    p.terminal.encodeHeaders(responseHeaders(200), true);
    assert.deepEqual(p.take(), [
      ...["A headers.end", "B headers.end", "C headers.end", "> headers.end"],
      ...["C headers.end", "B headers.end", "A headers.end", "> headers.end"],
    ]);
  });

  test("a filter may be of one direction only", () => {
    const p = new Passage("both", {});
    const log: string[] = [];
    const decoder = new ScriptedFilter("decoder", { decoding: {}, encoding: null }, log);
    const encoder = new ScriptedFilter("encoder", { decoding: null, encoding: {} }, log);
    const createFilter = (chain: FilterChainCallbacks): void => {
      chain.addStreamDecoderFilter("decoder", decoder);
      chain.addStreamEncoderFilter("encoder", encoder);
    };
    p.restart([{ name: "halves", createFilter }]);
    p.headers(true);
    p.take();
    p.terminal.encodeHeaders(responseHeaders(200), true);
    assert.deepEqual(log, ["decoder headers.end", "encoder headers.end"]);
    assert.deepEqual([decoder.destroyed, encoder.destroyed], [1, 1]);
  });

  test("is made once", () => {
    const p = new Passage("both", {});
    p.manager.createFilterChain([p.scripted("late", {})], null);
    p.headers(true);
    assert.deepEqual(p.take(), ["> headers.end"]);
  });

  test("an end is for every filter, once, also for one of both directions", () => {
    const p = new Passage("both", { A: {}, B: {} });
    p.headers(true);
    p.terminal.encodeHeaders(responseHeaders(200), true);
    p.manager.destroy();
    assert.deepEqual(
      ["A", "B", ">"].map((name) => p.filter(name).destroyed),
      [1, 1, 1],
    );
  });

  test("a request that comes while the response is sent passes on", () => {
    const p = new Passage("both", { A: {} });
    p.headers(false);
    p.terminal.encodeHeaders(responseHeaders(200), false);
    p.take();
    p.data("x", true);
    assert.deepEqual(p.take(), ["A data(x).end", "> data(x).end"]);
  });

  test("what comes after the response is complete is dropped", () => {
    const p = new Passage("both", { A: {} });
    p.headers(false);
    p.terminal.encodeHeaders(responseHeaders(200), true);
    p.take();
    p.data("x", false);
    p.trailers();
    assert.deepEqual(p.take(), []);
  });
});

describe("FilterManager: a stream that begins anew", () => {
  const begin = (p: Passage): boolean => p.terminal.recreateStream(new HeaderMap(), [], null, responseHeaders(302));

  test("does so when its request is complete", () => {
    const p = new Passage("decoding", { A: {} });
    p.headers(true);
    p.take();
    assert.equal(begin(p), true);
    assert.deepEqual(p.take(), ["recreated"]);
  });

  test("does not while the client is still sending", () => {
    const p = new Passage("decoding", { A: {} });
    p.isRequestComplete = false;
    p.headers(false);
    p.take();
    assert.equal(begin(p), false);
    assert.deepEqual(p.take(), []);
  });

  test("does not behind a response, nor behind its end", () => {
    const p = new Passage("both", { A: {} });
    p.headers(true);
    p.terminal.encodeHeaders(responseHeaders(200), false);
    p.take();
    assert.equal(begin(p), false);
    p.manager.destroy();
    assert.equal(begin(p), false);
    assert.deepEqual(p.take(), []);
  });
});

describe("FilterManager: interim responses", () => {
  test("pass the encoder filters", () => {
    const p = new Passage("both", { A: {}, B: {} });
    p.headers(true);
    p.take();
    p.terminal.encode1xxHeaders(responseHeaders(103));
    p.terminal.encode1xxHeaders(responseHeaders(103));
    assert.deepEqual(p.take(), ["B 103", "A 103", "> 103", "B 103", "A 103", "> 103"]);
  });

  test("are dropped by a filter that stops them", () => {
    const p = new Passage("encoding", { A: { interim: "stopIteration" }, B: {} });
    p.terminal.encode1xxHeaders(responseHeaders(103));
    assert.deepEqual(p.take(), ["A 103"]);
    p.headers(true);
    assert.equal(p.take().at(-1), "> headers.end");
  });

  test("do not come after the response", () => {
    const p = new Passage("encoding", { A: { headers: "stopIteration" } });
    p.headers(true);
    p.take();
    p.terminal.encode1xxHeaders(responseHeaders(103));
    assert.deepEqual(p.take(), []);
  });
});

describe("FilterManager: a stream that is gone", () => {
  /** Every callback that a filter may still hold. */
  function useCallbacks(filter: ScriptedFilter): void {
    filter.continue();
    filter.add("x");
    filter.inject("x", true);
    filter.replace("x");
    filter.addTrailer("t", "1");
    filter.buffer = "x";
    filter.reply(403, "denied");
    filter.decoder.encode1xxHeaders(responseHeaders(103));
    filter.decoder.encodeHeaders(responseHeaders(200), false);
    filter.decoder.encodeData(Buffer.from("x"), false);
    filter.decoder.encodeTrailers(responseHeaders(0));
    filter.decoder.resetStream("late");
    filter.encoder.resetStream("late");
    filter.decoder.setDownstreamWatermarkCallbacks(null);
  }

  for (const direction of ["decoding", "encoding"] as const) {
    test(`${direction}: its filters' callbacks do nothing any more`, async () => {
      const p = new Passage(direction, { A: { headers: "stopIteration", data: "stopIterationAndBuffer" }, B: {} });
      p.headers(false);
      p.data("held", false);
      const later = Promise.resolve().then(() => useCallbacks(p.filter("A")));
      p.manager.destroy();
      p.take();
      await later;
      assert.equal(p.filter("A").buffer, null);
      assert.deepEqual(p.take(), []);
      assert.deepEqual(p.response, { status: 0, body: "", trailers: "", complete: false });
    });
  }

  test("a filter may give the stream up in any callback, and sees nothing afterwards", () => {
    const p = new Passage("decoding", {
      A: {
        data: (filter) => {
          filter.decoder.resetStream("enough");
          return "continue";
        },
      },
      B: {},
    });
    p.headers(false);
    p.data("x", false);
    p.data("y", true);
    assert.deepEqual(p.take(), ["A headers", "B headers", "> headers", "A data(x)", "reset enough"]);
    assert.equal(p.filter("A").destroyed, 1);
  });

  test("a reply that was prepared before the filter gave the stream up is not sent", () => {
    const p = new Passage("decoding", {
      A: {
        headers: (filter) => {
          filter.reply(403, "denied");
          filter.decoder.resetStream("enough");
          return "stopIteration";
        },
      },
    });
    p.headers(true);
    assert.deepEqual(p.take(), ["A headers.end", "reset enough"]);
  });
});
