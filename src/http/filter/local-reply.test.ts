import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeaderMap } from "../headers/header-map.js";
import type { LocalReply } from "./filter.js";
import { emptyReply, encodeLocalReply, textReply } from "./local-reply.js";
import { Passage, responseHeaders, type Script, type ScriptedFilter } from "./passage.test.support.js";

const DENIED = { status: 403, body: "no", trailers: "", complete: true };
/** How a callback may wrongly go on although it has replied. */
const STOP = "stopIteration" as const;
const GO_ON = "continue" as const;

/** Replies in the callback. */
function denying<Status>(status: Status): (filter: ScriptedFilter) => Status {
  return (filter) => {
    filter.reply(403, "denied", "no");
    return status;
  };
}

/** Sends a whole message: headers, data, trailers. */
function sendAll(p: Passage): void {
  p.headers(false);
  p.data("x", false);
  p.trailers();
}

function fields(headers: HeaderMap): Record<string, string> {
  const entries = Array.from({ length: headers.size }, (_, i) => [headers.nameAt(i), headers.valueAt(i)]);
  return Object.fromEntries(entries) as Record<string, string>;
}

describe("a local reply while the request is decoded", () => {
  const callbacks: readonly (readonly [name: string, script: Script, log: readonly string[]])[] = [
    ["decodeHeaders", { headers: denying(STOP) }, ["A headers", "reply 403 denied"]],
    ["decodeHeaders, which goes on", { headers: denying(GO_ON) }, ["A headers", "reply 403 denied"]],
    [
      "decodeData",
      { data: denying("stopIterationNoBuffer" as const) },
      ["A headers", "B headers", "> headers", "A data(x)", "reply 403 denied"],
    ],
    [
      "decodeTrailers",
      { trailers: denying(STOP) },
      [
        "A headers",
        "B headers",
        "> headers",
        "A data(x)",
        "B data(x)",
        "> data(x)",
        "A trailers(t=1)",
        "reply 403 denied",
      ],
    ],
    [
      "decodeComplete",
      { complete: (filter) => filter.reply(403, "denied", "no") },
      [
        ...["A headers", "B headers", "> headers", "A data(x)", "B data(x)", "> data(x)"],
        ...["A trailers(t=1)", "A complete", "reply 403 denied"],
      ],
    ],
  ];
  for (const [name, script, log] of callbacks) {
    test(`from ${name}: nothing goes on to later filters`, () => {
      const p = new Passage("decoding", { A: script, B: {} });
      sendAll(p);
      assert.deepEqual(p.take(), log);
      assert.deepEqual(p.response, DENIED);
    });
  }

  test("waits until the callback has returned, and passes the encoder filters", () => {
    const p = new Passage("both", {
      A: {},
      B: {
        headers: (filter) => {
          if (p.log.at(-1) !== "B headers.end" || p.log.includes("replied")) return "continue";
          filter.reply(403, "denied");
          p.log.push("replied");
          return "stopIteration";
        },
      },
      C: {},
    });
    p.headers(true);
    assert.deepEqual(p.take(), [
      ...["A headers.end", "B headers.end", "replied", "reply 403 denied"],
      ...["C headers.end", "B headers.end", "A headers.end", "> headers.end"],
    ]);
  });

  test("the first one counts", () => {
    const p = new Passage("decoding", {
      A: {
        headers: (filter) => {
          filter.reply(403, "denied", "no");
          filter.reply(404, "other");
          return "stopIteration";
        },
      },
    });
    p.headers(true);
    assert.deepEqual(p.take(), ["A headers.end", "reply 403 denied"]);
    assert.deepEqual(p.response, DENIED);
  });

  test("from outside of any callback it is sent at once; going on afterwards does nothing", () => {
    const p = new Passage("decoding", { A: { headers: "stopIteration" }, B: {} });
    p.headers(true);
    p.filter("A").reply(403, "denied", "no");
    p.filter("A").continue();
    assert.deepEqual(p.take(), ["A headers.end", "reply 403 denied"]);
    assert.deepEqual(p.response, DENIED);
    assert.equal(p.filter("B").destroyed, 1);
  });

  test("from a filter that sees injected data, within another one's callback", () => {
    const p = new Passage("decoding", {
      A: {
        data: (filter) => {
          filter.inject("1", false);
          filter.inject("2", true);
          return "stopIterationNoBuffer";
        },
      },
      B: { data: denying("stopIterationNoBuffer" as const) },
    });
    p.headers(false);
    p.data("x", true);
    assert.deepEqual(p.take(), [
      "A headers",
      "B headers",
      "> headers",
      "A data(x).end",
      "B data(1)",
      "reply 403 denied",
    ]);
    assert.deepEqual(p.response, DENIED);
  });

  test("to HEAD has the length of its body and no body", () => {
    const p = new Passage("decoding", { A: { headers: denying(STOP) } }, { requestMethod: "HEAD" });
    p.headers(true);
    assert.deepEqual(p.response, { ...DENIED, body: "" });
    assert.equal(p.responseHeaders?.get("content-length"), "2");
  });
});

describe("a local reply while the response is encoded", () => {
  const direct = ["reply 403 denied", "> headers", "> data(no).end"];
  const callbacks: readonly (readonly [name: string, script: Script, log: readonly string[]])[] = [
    ["encodeHeaders", { headers: denying(STOP) }, ["A headers", ...direct]],
    ["encodeHeaders, which goes on", { headers: denying(GO_ON) }, ["A headers", ...direct]],
    [
      "encodeData, with the headers held",
      { headers: "stopIteration", data: denying("stopIterationNoBuffer" as const) },
      ["A headers", "A data(x)", ...direct],
    ],
    [
      "encodeTrailers, with all held",
      { headers: "stopIteration", data: "stopIterationAndBuffer", trailers: denying(STOP) },
      ["A headers", "A data(x)", "A trailers(t=1)", ...direct],
    ],
  ];
  for (const [name, script, log] of callbacks) {
    test(`from ${name}: takes the response's place, past the filters`, () => {
      const p = new Passage("encoding", { A: script, B: {} });
      sendAll(p);
      assert.deepEqual(p.take(), log);
      assert.deepEqual(p.response, DENIED);
    });
  }

  for (const [name, script] of [
    ["encodeData", { data: denying("continue" as const) }],
    ["encodeTrailers", { trailers: denying(GO_ON) }],
  ] as const) {
    test(`from ${name}, when the head was sent: the response is broken off`, () => {
      const p = new Passage("encoding", { A: script, B: {} });
      sendAll(p);
      assert.equal(p.take().at(-1), "reset denied");
      assert.equal(p.response.status, 200);
      assert.equal(p.response.complete, false);
    });
  }

  test("from a timer, while a filter holds the response back", () => {
    const p = new Passage("encoding", { A: { headers: "stopIteration" } });
    p.headers(false);
    p.manager.sendLocalReply(textReply(504, "stream timeout", "stream_idle_timeout"));
    assert.deepEqual(p.take(), [
      ...["A headers", "reply 504 stream_idle_timeout", "> headers", "> data(stream timeout).end"],
    ]);
    p.filter("A").continue();
    p.data("x", true);
    assert.deepEqual(p.take(), []);
  });

  test("from a timer, when the response was sent in part", () => {
    const p = new Passage("encoding", {});
    p.headers(false);
    p.manager.sendLocalReply(textReply(504, "stream timeout", "stream_idle_timeout"));
    assert.deepEqual(p.take(), ["> headers", "reset stream_idle_timeout"]);
  });

  test("when it is complete there is nothing to reply to", () => {
    const p = new Passage("encoding", {});
    p.headers(true);
    p.manager.sendLocalReply(emptyReply(504, "late"));
    assert.deepEqual(p.take(), ["> headers.end"]);
  });

  test("from an interim response: no interim response follows it", () => {
    const p = new Passage("encoding", { A: { interim: denying(GO_ON) }, B: {} });
    p.terminal.encode1xxHeaders(responseHeaders(103));
    assert.deepEqual(p.take(), [
      ...["A 103", "reply 403 denied", "A headers", "B headers", "> headers"],
      ...["A data(no).end", "B data(no).end", "> data(no).end"],
    ]);
  });
});

describe("a local reply that encoder filters hold", () => {
  test("is the response: that of the upstream comes too late", () => {
    const p = new Passage("encoding", { A: { headers: "stopIteration", data: "stopIterationAndBuffer" } });
    p.manager.sendLocalReply(textReply(403, "no", "denied"));
    p.terminal.encode1xxHeaders(responseHeaders(103));
    p.headers(false);
    p.data("from upstream", false);
    p.trailers();
    p.filter("A").continue();
    assert.deepEqual(p.take(), [...["reply 403 denied", "A headers", "A data(no).end", "> headers", "> data(no).end"]]);
    assert.deepEqual(p.response, DENIED);
  });

  test("ends the request for the decoder filters", () => {
    const p = new Passage("both", { A: { headers: ["continue", "stopIteration"] } });
    p.headers(false);
    p.manager.sendLocalReply(emptyReply(504, "timeout"));
    p.take();
    p.data("x", true);
    assert.deepEqual(p.take(), []);
  });

  test("gives way to another one, past the filters", () => {
    const p = new Passage("encoding", { A: { headers: "stopIteration" } });
    p.manager.sendLocalReply(emptyReply(403, "denied"));
    p.manager.sendLocalReply(emptyReply(504, "timeout"));
    assert.deepEqual(p.take(), ["reply 403 denied", "A headers.end", "reply 504 timeout", "> headers.end"]);
  });

  test("gives way to the reply of an encoder filter, within the decoder's callback that sent it", () => {
    const p = new Passage("both", {
      A: { headers: denying("stopIteration" as const) },
    });
    p.headers(true);
    assert.deepEqual(p.take(), [
      ...["A headers.end", "reply 403 denied", "A headers", "reply 403 denied", "> headers", "> data(no).end"],
    ]);
    assert.deepEqual(p.response, DENIED);
  });

  test("does not hold a decoder filter up that answers like an upstream, in its callback", () => {
    const p = new Passage("decoding", {
      A: {
        headers: (filter) => {
          filter.decoder.encodeHeaders(responseHeaders(204), true);
          return "stopIteration";
        },
      },
      B: {},
    });
    p.headers(true);
    assert.deepEqual(p.take(), ["A headers.end"]);
    assert.equal(p.response.status, 204);
  });
});

/** Changes nothing. */
const AS_IT_IS = { localReplyBody: "", finalizeResponseHeaders: () => {}, rewriteLocalReply: () => "" };

describe("encodeLocalReply", () => {
  function localReplyHeaders(reply: LocalReply, asked: HeaderMap | null): HeaderMap {
    return encodeLocalReply(reply, asked, { ...AS_IT_IS }).headers;
  }

  function request(contentType: string): HeaderMap {
    const headers = new HeaderMap();
    headers.add("content-type", contentType);
    return headers;
  }

  test("without a body there is neither length nor type", () => {
    const headers = localReplyHeaders(emptyReply(404, "route_not_found"), null);
    assert.equal(headers.status, 404);
    assert.deepEqual(fields(headers), {});
  });

  test("with a body both are told, in bytes", () => {
    const headers = localReplyHeaders(textReply(503, "größer", "d"), null);
    assert.deepEqual(fields(headers), { "content-length": "8", "content-type": "text/plain" });
  });

  test("further headers come first: a type that is set stays", () => {
    const reply = { status: 307, body: "x", details: "d", headers: ["location", "/", "content-type", "text/html"] };
    const headers = fields(localReplyHeaders(reply, null));
    assert.deepEqual(headers, { "content-length": "1", "content-type": "text/html", location: "/" });
  });

  for (const [status, grpcStatus] of [
    [400, "13"],
    [401, "16"],
    [403, "7"],
    [404, "12"],
    [429, "14"],
    [502, "14"],
    [503, "14"],
    [504, "14"],
    [413, "2"],
    [500, "2"],
  ] as const) {
    test(`a gRPC client gets ${status} as ${grpcStatus} in headers alone`, () => {
      const headers = localReplyHeaders(textReply(status, "50% größer", "d"), request("application/grpc+proto"));
      assert.equal(headers.status, 200);
      assert.deepEqual(fields(headers), {
        "content-type": "application/grpc",
        "grpc-status": grpcStatus,
        "grpc-message": "50%25 gr%C3%B6%C3%9Fer",
      });
    });
  }

  for (const [contentType, isGrpc] of [
    ["application/grpc", true],
    ["application/grpc;charset=utf-8", true],
    ["application/grpc-web", false],
    ["application/json", false],
  ] as const) {
    test(`${contentType} is ${isGrpc ? "" : "not "}gRPC`, () => {
      const headers = localReplyHeaders(emptyReply(404, "d"), request(contentType));
      assert.equal(headers.has("grpc-status"), isGrpc);
    });
  }

  test("HEAD gets the headers alone", () => {
    const head = new HeaderMap();
    head.method = "HEAD";
    const { headers, body } = encodeLocalReply(textReply(503, "no", "d"), head, { ...AS_IT_IS });
    assert.deepEqual([fields(headers)["content-length"], body], ["2", null]);
  });

  test("a body that is rewritten has the type of its format", () => {
    const rewriting = {
      localReplyBody: "",
      finalizeResponseHeaders: () => {},
      rewriteLocalReply(): string {
        this.localReplyBody = `{"was":"${this.localReplyBody}"}`;
        return "application/json";
      },
    };
    const reply = { status: 503, body: "gr\u00f6\u00dfer", details: "d", headers: ["content-type", "text/html"] };
    const { headers, body } = encodeLocalReply(reply, null, rewriting);
    assert.equal(body?.toString(), '{"was":"gr\u00f6\u00dfer"}');
    assert.deepEqual(fields(headers), { "content-length": "18", "content-type": "application/json" });
  });

  test("unless the type is set on purpose", () => {
    const rewriting = {
      localReplyBody: "",
      finalizeResponseHeaders: () => {},
      rewriteLocalReply(reply: HeaderMap): string {
        reply.set("content-type", "text/css");
        this.localReplyBody = "other";
        return "text/plain";
      },
    };
    assert.equal(encodeLocalReply(textReply(503, "no", "d"), null, rewriting).headers.get("content-type"), "text/css");
  });

  test("a body that is rewritten to nothing is none", () => {
    const rewriting = {
      localReplyBody: "",
      finalizeResponseHeaders: () => {},
      rewriteLocalReply(reply: HeaderMap): string {
        reply.status = 404;
        this.localReplyBody = "";
        return "";
      },
    };
    const { headers, body } = encodeLocalReply(textReply(503, "no", "d"), null, rewriting);
    assert.deepEqual([headers.status, fields(headers), body], [404, {}, null]);
  });

  test("gRPC gets the status and body that a reply was rewritten to", () => {
    const rewriting = {
      localReplyBody: "",
      finalizeResponseHeaders: () => {},
      rewriteLocalReply(reply: HeaderMap): string {
        reply.status = 403;
        this.localReplyBody = "sorry";
        return "";
      },
    };
    const { headers } = encodeLocalReply(textReply(503, "no", "d"), request("application/grpc"), rewriting);
    assert.deepEqual(fields(headers), {
      "grpc-status": "7",
      "content-type": "application/grpc",
      "grpc-message": "sorry",
    });
  });

  test("the rules of the route come before what the body needs", () => {
    const rewriting = {
      ...AS_IT_IS,
      finalizeResponseHeaders: (headers: HeaderMap) => {
        headers.set("content-type", "text/html");
        headers.set("content-length", "7");
        headers.set("x", headers.get("location") ?? "none");
      },
    };
    const reply = { status: 201, body: "<p>", details: "d", headers: ["location", "/new"] };
    assert.deepEqual(fields(encodeLocalReply(reply, null, { ...rewriting }).headers), {
      location: "/new",
      "content-type": "text/html",
      "content-length": "3",
      x: "/new",
    });
    assert.deepEqual(fields(encodeLocalReply(emptyReply(404, "d"), null, rewriting).headers), { x: "none" });
  });
});
