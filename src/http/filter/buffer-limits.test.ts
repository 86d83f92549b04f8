import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Passage, type Script } from "./passage.test.support.js";

const LIMIT = { bufferLimitBytes: 10 };
const BUFFER: Script = { data: "stopIterationAndBuffer" };
const HOLD_ALL: Script = { headers: "stopIteration", data: "stopIterationAndBuffer" };

describe("a request that is held above the limit", () => {
  const tooLarge = ["request too large", "reply 413 request_payload_too_large"];

  test("is refused with 413", () => {
    const p = new Passage("decoding", { A: HOLD_ALL }, LIMIT);
    p.headers(false);
    p.data("12345", false);
    p.data("678901", false);
    assert.deepEqual(p.take(), ["A headers", "A data(12345)", "A data(678901)", ...tooLarge]);
    assert.deepEqual(p.response, { status: 413, body: "Payload Too Large", trailers: "", complete: true });
    p.data("more", true);
    assert.deepEqual(p.take(), [], "nothing follows");
  });

  test("is refused while nothing of it reaches the filter that stopped all", () => {
    const p = new Passage("decoding", { A: { headers: "stopAllIterationAndBuffer" } }, LIMIT);
    p.headers(false);
    p.data("12345678901", false);
    assert.deepEqual(p.take(), ["A headers", ...tooLarge]);
  });

  test("is refused when the last piece, with which the filter goes on, is the one too many", () => {
    const p = new Passage(
      "decoding",
      { A: { headers: "stopIteration", data: ["stopIterationAndBuffer", "continue"] } },
      LIMIT,
    );
    p.headers(false);
    p.data("12345", false);
    p.data("678901", true);
    assert.deepEqual(p.take(), ["A headers", "A data(12345)", "A data(678901).end", ...tooLarge]);
  });

  test("is refused when a filter adds too much in its callback, after the callback", () => {
    const p = new Passage(
      "decoding",
      {
        A: {
          headers: (filter) => {
            filter.add("12345678901");
            p.log.push("added");
            return "continue";
          },
        },
      },
      LIMIT,
    );
    p.headers(true);
    assert.deepEqual(p.take(), ["A headers.end", "request too large", "added", "reply 413 request_payload_too_large"]);
    assert.equal(p.response.status, 413);
  });

  test("counts what several filters hold", () => {
    const p = new Passage("decoding", { A: BUFFER, B: BUFFER }, LIMIT);
    p.headers(false);
    p.data("123456", false);
    p.filter("A").continue();
    p.take();
    p.data("78901", false);
    assert.deepEqual(p.take(), ["A data(78901)", ...tooLarge]);
  });

  test("passes in any length where nobody holds it", () => {
    const p = new Passage("decoding", { A: { data: ["stopIterationNoBuffer", "continue"] } }, LIMIT);
    p.headers(false);
    p.data("12345678901", false);
    p.data("12345678901", true);
    assert.equal(p.take().at(-1), "> data(12345678901).end");
  });

  test("is held in any length where there is no limit", () => {
    const p = new Passage("decoding", { A: BUFFER }, { bufferLimitBytes: 0 });
    p.headers(false);
    p.data("12345678901", true);
    p.filter("A").continue();
    assert.equal(p.take().at(-1), "> data(12345678901).end");
  });
});

describe("a response that is held above the limit", () => {
  test("becomes a 500, past the filters, as long as its head was held too", () => {
    const p = new Passage("encoding", { A: HOLD_ALL, B: {} }, LIMIT);
    p.headers(false);
    p.data("12345678901", false);
    assert.deepEqual(p.take(), [
      ...["A headers", "A data(12345678901)", "response too large", "reply 500 response_payload_too_large"],
      ...["> headers", "> data(Internal Server Error).end"],
    ]);
    assert.equal(p.response.status, 500);
    p.data("more", true);
    p.filter("A").continue();
    assert.deepEqual(p.take(), [], "nothing follows");
  });

  test("is broken off when its head was sent", () => {
    const p = new Passage("encoding", { A: BUFFER }, LIMIT);
    p.headers(false);
    p.data("12345678901", false);
    assert.deepEqual(p.take(), [
      ...["A headers", "> headers", "A data(12345678901)"],
      ...["response too large", "reset response_payload_too_large"],
    ]);
  });
});

for (const direction of ["decoding", "encoding"] as const) {
  describe(`${direction}: watermarks`, () => {
    test("above the limit the sender is stopped, once, and goes on with the data", () => {
      const p = new Passage(direction, { A: { data: "stopIterationAndWatermark" } }, LIMIT);
      p.headers(false);
      p.data("1234567890", false);
      assert.equal(p.senderStops, 0, "at the limit it is not above");
      p.data("1", false);
      p.data("2", false);
      assert.equal(p.senderStops, 1);
      p.filter("A").continue();
      assert.equal(p.senderStops, 0);
      assert.equal(p.take().at(-1), "> data(123456789012)");
    });

    test("a stop of all frames can do it, too", () => {
      const p = new Passage(direction, { A: { headers: "stopAllIterationAndWatermark" } }, LIMIT);
      p.headers(false);
      p.data("12345678901", false);
      assert.equal(p.senderStops, 1);
      p.filter("A").continue();
      assert.equal(p.senderStops, 0);
      assert.equal(p.take().at(-1), "> data(12345678901)");
    });

    test("data that wait for a later filter then keep the sender stopped", () => {
      const p = new Passage(
        direction,
        { A: { data: "stopIterationAndWatermark" }, B: { data: "stopIterationAndWatermark" } },
        LIMIT,
      );
      p.headers(false);
      p.data("12345678901", true);
      p.filter("A").continue();
      assert.equal(p.senderStops, 1);
      p.filter("B").continue();
      assert.equal(p.senderStops, 0);
    });

    test("a filter may add beyond the limit when the sender can wait", () => {
      const p = new Passage(direction, { A: { headers: "stopIteration" } }, LIMIT);
      p.headers(false);
      p.filter("A").add("12345678901", true);
      assert.equal(p.senderStops, 1);
      p.filter("A").buffer = "123456";
      assert.equal(p.senderStops, 1, "above half of the limit");
      p.filter("A").buffer = "12345";
      assert.equal(p.senderStops, 0);
    });

    test("the end of the stream lets the sender go", () => {
      const p = new Passage(direction, { A: { data: "stopIterationAndWatermark" } }, LIMIT);
      p.headers(false);
      p.data("12345678901", false);
      p.manager.destroy();
      assert.equal(p.requestReadDisables, 0);
    });
  });
}

describe("the client's side of flow control", () => {
  test("who comes when the client is slow already learns it, as often as it is", () => {
    const p = new Passage("encoding", {});
    p.manager.onDownstreamAboveHighWatermark();
    p.manager.onDownstreamAboveHighWatermark();
    p.manager.onDownstreamBelowLowWatermark();
    const calls: string[] = [];
    p.terminal.setDownstreamWatermarkCallbacks({
      onAboveWriteBufferHighWatermark: () => void calls.push("above"),
      onBelowWriteBufferLowWatermark: () => void calls.push("below"),
    });
    p.manager.onDownstreamBelowLowWatermark();
    assert.deepEqual(calls, ["above", "below"]);
    p.terminal.setDownstreamWatermarkCallbacks(null);
    p.manager.onDownstreamAboveHighWatermark();
    assert.deepEqual(calls, ["above", "below"]);
  });

  test("a decoder filter whose own way out is full stops the request", () => {
    const p = new Passage("decoding", { A: {} });
    p.filter("A").decoder.onDecoderFilterAboveWriteBufferHighWatermark();
    assert.equal(p.requestReadDisables, 1);
    p.filter("A").decoder.onDecoderFilterBelowWriteBufferLowWatermark();
    assert.equal(p.requestReadDisables, 0);
  });
});
