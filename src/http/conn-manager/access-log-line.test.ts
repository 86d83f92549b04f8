import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { SimulatedPeer } from "../../../test/support/simulated-peer.js";
import type { FilterChainCallbacks, FilterHeadersStatus, HttpFilterFactory } from "../filter/filter.js";
import { type ManagerOptions, ManagerRun, Origin } from "./manager.test.support.js";

/*
 * Whatever becomes of a request: exactly one line, with the response code, the flags and the details that say why.
 */

interface Case {
  readonly name: string;
  readonly options?: ManagerOptions;
  /** Lets a client do something, and what lies behind. */
  act(run: ManagerRun): SimulatedPeer;
  readonly line: string;
}

class BrokenFilter extends Origin {
  override decodeHeaders(): FilterHeadersStatus {
    throw new Error("a bug");
  }
}

class BrokenAtTheEnd extends Origin {
  override decodeHeaders(): FilterHeadersStatus {
    return "continue";
  }

  override onDestroy(): void {
    throw new Error("a bug");
  }
}

function factoryOf(create: () => Origin): HttpFilterFactory {
  return {
    name: "broken",
    createFilter: (chain: FilterChainCallbacks) => chain.addStreamDecoderFilter("broken", create()),
  };
}

const CASES: readonly Case[] = [
  {
    name: "a response",
    act: (run) => {
      const client = run.get();
      run.letOrigin((origin) => origin.answer(204));
      return client;
    },
    line: "204 - -",
  },
  {
    name: "a client that leaves before the response",
    act: (run) => {
      const client = run.get();
      client.close();
      return client;
    },
    line: "0 DC downstream_remote_disconnect",
  },
  {
    name: "a client that breaks its request off",
    act: (run) => {
      const client = run.post();
      client.reset();
      return client;
    },
    line: "0 DC downstream_remote_disconnect",
  },
  {
    name: "a client that leaves within the response",
    act: (run) => {
      const client = run.get();
      run.letOrigin((origin) => origin.begin());
      client.close();
      return client;
    },
    line: "200 DC downstream_remote_disconnect",
  },
  {
    name: "a head that is malformed",
    act: (run) => run.send("GET / HTTP/1.1\r\nhost : a\r\n\r\n"),
    line: "400 DPE http1.codec_error",
  },
  {
    name: "a head that is too large",
    options: { config: { maxRequestHeadersKb: 1 } },
    act: (run) => run.send(`GET / HTTP/1.1\r\nhost: a\r\nx: ${"x".repeat(2_000)}`),
    line: "431 DPE http1.headers_too_large",
  },
  {
    name: "a body that is malformed",
    act: (run) => run.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nx\r\n"),
    line: "400 DPE http1.codec_error",
  },
  {
    name: "a body that is malformed while its response is sent",
    act: (run) => {
      const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n");
      run.letOrigin((origin) => origin.begin());
      return run.send("x\r\n", client);
    },
    line: "200 DPE http1.codec_error",
  },
  {
    name: "a refused request",
    act: (run) => run.send("GET / HTTP/1.0\r\nhost: a\r\n\r\n"),
    line: "426 - low_version",
  },
  {
    name: "a timeout",
    options: { config: { streamIdleTimeoutMs: 1_000 } },
    act: (run) => {
      const client = run.get();
      run.runFor(2_000);
      return client;
    },
    line: "504 SI stream_idle_timeout",
  },
  {
    name: "a local reply",
    act: (run) => {
      const client = run.get();
      run.letOrigin((origin) =>
        origin.callbacks.sendLocalReply({ status: 429, body: "", details: "local_rate_limited", headers: [] }),
      );
      return client;
    },
    line: "429 - local_rate_limited",
  },
  {
    name: "a filter that gives the stream up",
    act: (run) => {
      const client = run.get();
      run.letOrigin((origin) => origin.callbacks.resetStream("given_up"));
      return client;
    },
    line: "0 DC given_up",
  },
  {
    name: "a filter that throws",
    options: { filters: [factoryOf(() => new BrokenFilter())] },
    act: (run) => run.get(),
    line: "500 - filter_failure{broken}",
  },
  {
    name: "a filter that cannot be made",
    options: {
      filters: [
        factoryOf(() => {
          throw new Error("a bug");
        }),
      ],
    },
    act: (run) => run.get(),
    line: "500 - filter_failure{broken}",
  },
  {
    name: "a filter that throws when the stream is over",
    options: { filters: [factoryOf(() => new BrokenAtTheEnd())] },
    act: (run) => {
      const client = run.get();
      run.letOrigin((origin) => origin.answer(204));
      return client;
    },
    line: "204 - -",
  },
];

describe("one line in the access log", () => {
  for (const { name, options, act, line } of CASES) {
    test(`${name}: ${line}`, () => {
      const run = new ManagerRun(options);
      const client = act(run);
      run.run();
      client.close();
      run.runFor(10_000);
      assert.deepEqual(run.log, [line]);
      assert.deepEqual(run.leftovers(), []);
      for (const origin of run.origins) assert.equal(origin.destroyed, 1);
    });
  }

  test("a connection without a request leaves none", () => {
    const run = new ManagerRun();
    run.connect().close();
    run.send("\r\n").close();
    run.run();
    assert.deepEqual(run.log, []);
    assert.equal(run.stat("downstream_rq_total"), 0);
  });

  for (const cut of ["G", "GET / HTTP/1.1\r\n", "GET / HTTP/1.1\r\nhost:", "\r\nGET / HTTP/1.1\r\nhost: a\r\n"]) {
    test(`a client that goes within a head leaves one: ${JSON.stringify(cut)}`, () => {
      const run = new ManagerRun();
      run.send(cut).close();
      run.run();
      assert.deepEqual(run.log, ["0 DC downstream_remote_disconnect"]);
      assert.equal(run.stat("downstream_rq_total"), 1);
      assert.equal(run.stat("downstream_rq_active"), 0);
      assert.deepEqual(run.leftovers(), []);
    });
  }

  test("a request whose head could not be read has dashes for what it did not say", () => {
    const logFormat =
      "[%REQ(:METHOD)% %REQ(:PATH)% %REQ(:AUTHORITY)% %REQ(HOST)% %PROTOCOL%] %BYTES_RECEIVED% %ROUTE_NAME%";
    const run = new ManagerRun({ logFormat });
    run.send("\u0016\u0003\u0001");
    assert.deepEqual(run.log, ["[- - - - HTTP/1.1] 0 -"]);
  });

  test("a failing filter costs nobody else anything", () => {
    let streams = 0;
    const run = new ManagerRun({
      filters: [factoryOf(() => (++streams === 2 ? new BrokenFilter() : new PassingFilter()))],
    });
    const first = run.get("/1");
    const second = run.get("/2");
    const third = run.get("/3");
    assert.match(second.received, /^HTTP\/1\.1 500 /);
    assert.match(second.received, /Internal Server Error$/);
    assert.equal(second.fate, "open");
    run.dispatcher.inEvent(() => {
      for (const origin of run.origins) if (origin.headers !== null) origin.answer(204);
    });
    run.run();
    assert.match(first.received, /^HTTP\/1\.1 204 /);
    assert.match(third.received, /^HTTP\/1\.1 204 /);
    assert.equal(run.stat("filter_failure"), 1);
    assert.deepEqual(run.logger.errors, ["[S2] HTTP filter broken threw"]);
    assert.deepEqual(run.log, ["500 - filter_failure{broken}", "204 - -", "204 - -"]);
  });
});

class PassingFilter extends Origin {
  override decodeHeaders(): FilterHeadersStatus {
    return "continue";
  }
}

describe("access_log_options", () => {
  const logFormat = "%ACCESS_LOG_TYPE% %RESPONSE_CODE% %ROUTE_NAME% %DURATION%";

  test("a line when the request begins", () => {
    const run = new ManagerRun({ config: { flushAccessLogOnNewRequest: true }, logFormat });
    run.get();
    assert.deepEqual(run.log, ["DownstreamStart 0 route / 0"]);
    run.letOrigin((origin) => origin.answer());
    assert.match(run.log[1] ?? "", /^DownstreamEnd 200 route /);
    assert.equal(run.log.length, 2);
  });

  test("lines in intervals while it lasts", () => {
    const run = new ManagerRun({ config: { accessLogFlushIntervalMs: 1_000 }, logFormat });
    run.get();
    run.runFor(2_500);
    assert.deepEqual(run.log, ["DownstreamPeriodic 0 route / 1000", "DownstreamPeriodic 0 route / 2000"]);
    run.letOrigin((origin) => origin.answer());
    run.runFor(10_000);
    assert.equal(run.log.length, 3);
    assert.match(run.log[2] ?? "", /^DownstreamEnd 200 /);
  });
});

test("the line tells the filter chain", () => {
  const run = new ManagerRun({ logFormat: "%FILTER_CHAIN_NAME%" });
  run.get();
  run.letOrigin((origin) => origin.answer());
  assert.deepEqual(run.log, ["chain"]);
});
