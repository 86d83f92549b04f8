import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { HostStats } from "../../../upstream/host.js";
import { RouterRun, type RouterRunOptions } from "./router.test.support.js";

const HEAD = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n";

function hostStats(run: RouterRun): Pick<HostStats, "rqSuccess" | "rqError" | "rqTimeout"> {
  const [host] = run.proxy.clusters.get("c")?.prioritySet.hosts ?? [];
  assert.ok(host);
  const { rqSuccess, rqError, rqTimeout } = host.stats;
  return { rqSuccess, rqError, rqTimeout };
}

function watchedRun(timeout: string): RouterRun {
  return new RouterRun({
    routes: [{ match: { prefix: "/" }, route: { cluster: "c", timeout } }],
    cluster: { outlier_detection: { consecutive_5xx: 1, max_ejection_percent: 100 } },
  });
}

test("a response that breaks off was a success when its head came", () => {
  const run = watchedRun("0s");
  const client = run.get();
  run.respond(HEAD);
  run.origin().reset();
  run.run();
  assert.deepEqual(hostStats(run), { rqSuccess: 1, rqError: 0, rqTimeout: 0 });
  run.finish([client]);
});

test("one that does not come to its end in time too, and its host has not failed", () => {
  const run = watchedRun("1s");
  const client = run.get();
  run.respond(HEAD);
  run.runFor(1_200);
  assert.deepEqual(hostStats(run), { rqSuccess: 1, rqError: 0, rqTimeout: 1 });
  assert.equal(run.clusterStat("upstream_rq_timeout"), 1);
  assert.equal(run.clusterStat("outlier_detection.ejections_active"), 0);
  run.finish([client]);
});

test("one that is dropped for another attempt is an error, whatever its status", () => {
  const route = {
    cluster: "c",
    retry_policy: { retry_on: "retriable-4xx", retry_back_off: { base_interval: "0.01s" } },
  };
  const run = new RouterRun({ routes: [{ match: { prefix: "/" }, route }] });
  const client = run.get();
  run.respond("HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n");
  assert.deepEqual(hostStats(run), { rqSuccess: 0, rqError: 1, rqTimeout: 0 });
  run.runFor(100);
  run.respond("HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n");
  assert.deepEqual(hostStats(run), { rqSuccess: 1, rqError: 1, rqTimeout: 0 });
  run.finish([client]);
});

test("one that leads elsewhere within the proxy counts for neither", () => {
  const route = { cluster: "c", internal_redirect_policy: {} };
  const run = new RouterRun({ routes: [{ match: { prefix: "/" }, route }] });
  const client = run.get();
  run.respond("HTTP/1.1 302 Found\r\nlocation: http://a/else\r\ncontent-length: 0\r\n\r\n");
  assert.deepEqual(hostStats(run), { rqSuccess: 0, rqError: 0, rqTimeout: 0 });
  run.respond("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
  assert.deepEqual(hostStats(run), { rqSuccess: 1, rqError: 0, rqTimeout: 0 });
  run.finish([client]);
});

test("one that does not begin in time is an error", () => {
  const run = watchedRun("1s");
  const client = run.get();
  run.runFor(1_200);
  assert.deepEqual(hostStats(run), { rqSuccess: 0, rqError: 1, rqTimeout: 1 });
  assert.equal(run.clusterStat("outlier_detection.ejections_active"), 1);
  run.finish([client]);
});

const CALL = "POST /s/m HTTP/1.1\r\nhost: a\r\ncontent-type: application/grpc\r\ncontent-length: 0\r\n\r\n";
const trailers = {
  manager: { http_protocol_options: { enable_trailers: true } },
  upstreamHttp1: { enable_trailers: true },
};

function answer(head: string, rest = ""): string {
  return `HTTP/1.1 ${head}\r\n\r\n${rest}`;
}

const CHUNKED = "200 OK\r\ntransfer-encoding: chunked";

describe("a gRPC call is a success when its status says so", () => {
  const rows: readonly (readonly [what: string, text: string, success: boolean])[] = [
    ["0 in the head", answer("200 OK\r\ngrpc-status: 0\r\ncontent-length: 0"), true],
    ["what the caller is to blame for", answer("200 OK\r\ngrpc-status: 6\r\ncontent-length: 0"), true],
    ["13 in the head", answer("200 OK\r\ngrpc-status: 13\r\ncontent-length: 0"), false],
    ["14 in the head", answer("200 OK\r\ngrpc-status: 14\r\ncontent-length: 0"), false],
    ["nothing in the head", answer("200 OK\r\ncontent-length: 0"), false],
    ["another status than 200", answer("404 No\r\ncontent-length: 0"), false],
    ["0 in the trailers", answer(CHUNKED, "1\r\nx\r\n0\r\ngrpc-status: 0\r\n\r\n"), true],
    ["13 in the trailers", answer(CHUNKED, "1\r\nx\r\n0\r\ngrpc-status: 13\r\n\r\n"), false],
    ["no trailers", answer(CHUNKED, "1\r\nx\r\n0\r\n\r\n"), false],
  ];
  for (const [what, text, success] of rows) {
    test(what, () => {
      const run = new RouterRun(trailers);
      const client = run.send(CALL);
      run.respond(text);
      assert.deepEqual(hostStats(run), { rqSuccess: success ? 1 : 0, rqError: success ? 0 : 1, rqTimeout: 0 });
      run.finish([client]);
    });
  }

  test("one that breaks off has failed", () => {
    const run = new RouterRun(trailers);
    const client = run.send(CALL);
    run.respond(answer(CHUNKED, "1\r\nx\r\n"));
    assert.deepEqual(hostStats(run), { rqSuccess: 0, rqError: 0, rqTimeout: 0 });
    run.origin().reset();
    run.run();
    assert.deepEqual(hostStats(run), { rqSuccess: 0, rqError: 1, rqTimeout: 0 });
    run.finish([client]);
  });
});

describe("an answer that the client does not get", () => {
  const rows: readonly {
    readonly name: string;
    readonly options: RouterRunOptions;
    readonly first: string;
    readonly counts: Pick<HostStats, "rqSuccess" | "rqError" | "rqTimeout">;
  }[] = [
    {
      name: "is an error when it is tried again, whatever its status",
      options: { route: { retry_policy: { retry_on: "retriable-4xx" } } },
      first: answer("409 Conflict\r\ncontent-length: 0"),
      counts: { rqSuccess: 1, rqError: 1, rqTimeout: 0 },
    },
    {
      name: "is nothing when it is a redirect that is followed",
      options: { route: { internal_redirect_policy: {} } },
      first: answer("302 Found\r\nlocation: http://a/next\r\ncontent-length: 0"),
      counts: { rqSuccess: 1, rqError: 0, rqTimeout: 0 },
    },
  ];
  for (const { name, options, first, counts } of rows) {
    test(name, () => {
      const run = new RouterRun(options);
      const client = run.get();
      run.respond(first);
      run.runFor(100);
      run.respond(answer("200 OK\r\ncontent-length: 0"));
      assert.match(client.received, /^HTTP\/1.1 200 /);
      assert.deepEqual(hostStats(run), counts);
      run.finish([client]);
    });
  }
});
