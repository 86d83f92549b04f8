import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { bodyOf, fieldsOf, pattern, RouterRun, type RouterRunOptions, statusOf } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const CHUNKED_POST = "POST / HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n";
const TRAILERS = {
  manager: { http_protocol_options: { enable_trailers: true } },
  upstreamHttp1: { enable_trailers: true },
};

/** Connects upstream take long, so that the request waits for its connection. */
function slowConnect(options: RouterRunOptions = {}): RouterRun {
  const run = new RouterRun({ ...options, link: { readSplit: "random", ...options.link } });
  run.setUpstreamLink({ latencyMs: 50 });
  return run;
}

describe("a request that comes before its connection", () => {
  test("its body is kept, whatever the memory was that it was read into", () => {
    for (const size of [10, 5_000, 40_000, 300_000]) {
      const run = slowConnect();
      const body = pattern(size);
      const client = run.connect();
      client.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${size}\r\n\r\n`);
      client.send(body);
      // Another client's bytes go through the same memory meanwhile.
      const other = run.connect();
      other.send(`GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: a\r\n\r\n`);
      run.runFor(40);
      run.run();
      const received = run.origin().takeReceivedBytes();
      assert.ok(received.subarray(received.indexOf("\r\n\r\n") + 4).equals(body), `${size} bytes were changed`);
      run.respond(OK);
      assert.match(client.received, /ok$/);
      run.finish([client, other]);
    }
  });

  test("the end of a body may come by itself", () => {
    const run = slowConnect();
    const client = run.connect();
    client.send(`${CHUNKED_POST}3\r\nabc\r\n0\r\n\r\n`);
    run.run();
    assert.equal(bodyOf(run.origin().received), "3\r\nabc\r\n0\r\n\r\n");
    run.respond(OK);
    run.finish([client]);
  });

  test("an empty body is one", () => {
    const run = slowConnect();
    const client = run.send(`${CHUNKED_POST}0\r\n\r\n`);
    assert.equal(bodyOf(run.origin().received), "0\r\n\r\n");
    run.respond(OK);
    run.finish([client]);
  });

  test("part of the body before the connection, part after it", () => {
    const run = slowConnect();
    const client = run.connect();
    client.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 6\r\n\r\nabc");
    run.run();
    run.send("def", client);
    assert.equal(bodyOf(run.origin().received), "abcdef");
    run.respond(OK);
    run.finish([client]);
  });

  test("trailers are kept as well", () => {
    const run = slowConnect(TRAILERS);
    const client = run.send(`${CHUNKED_POST}3\r\nabc\r\n0\r\nchecksum: 7\r\n\r\n`);
    assert.match(bodyOf(run.origin().received), /c\r\n0\r\nchecksum: 7\r\n\r\n$/);
    run.respond(OK);
    run.finish([client]);
  });

  test("a body that comes with a failed connect is not in the way of the next request", () => {
    const run = slowConnect({ connect: "refuse" });
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody");
    assert.equal(statusOf(client.takeReceived()), 503);
    run.setConnect("accept");
    run.get("/next", client);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });
});

describe("trailers", () => {
  test("of request and response are passed on", () => {
    const run = new RouterRun(TRAILERS);
    const client = run.send(`${CHUNKED_POST}3\r\nabc\r\n0\r\nsum: 1\r\n\r\n`);
    assert.equal(bodyOf(run.origin().received), "3\r\nabc\r\n0\r\nsum: 1\r\n\r\n");
    run.respond("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nsum: 2\r\n\r\n");
    assert.equal(bodyOf(client.received), "2\r\nok\r\n0\r\nsum: 2\r\n\r\n");
    assert.deepEqual(run.log, ["200 - via_upstream"]);
    run.finish([client]);
  });
});

describe("interim responses", () => {
  test("the upstream's leave to continue reaches the client that the proxy did not give it to", () => {
    const run = new RouterRun({ manager: { proxy_100_continue: true } });
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
    assert.equal(fieldsOf(run.origin().received).get("expect"), "100-continue");
    assert.equal(client.received, "");
    run.respond("HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal(client.takeReceived(), "HTTP/1.1 100 Continue\r\n\r\n");
    run.send("body", client);
    assert.equal(bodyOf(run.origin().received), "body");
    run.respond(OK);
    assert.match(client.received, /^HTTP\/1.1 200 OK\r\n/);
    assert.deepEqual(run.log, ["200 - via_upstream"]);
    run.finish([client]);
  });

  test("the proxy's own leave is given once", () => {
    const run = new RouterRun();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
    assert.equal(client.takeReceived(), "HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal(fieldsOf(run.origin().received).has("expect"), false);
    run.respond("HTTP/1.1 100 Continue\r\n\r\n");
    assert.equal(client.received, "");
    run.send("body", client);
    run.respond(OK);
    assert.match(client.received, /^HTTP\/1.1 200 OK\r\n/);
    run.finish([client]);
  });

  test("hints come through, any number of them, and a failure after them is still answered", () => {
    const run = new RouterRun();
    const client = run.get();
    run.respond("HTTP/1.1 103 Early Hints\r\nlink: a\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: b\r\n\r\n");
    assert.match(client.takeReceived(), /^HTTP\/1.1 103 .*link: a.*HTTP\/1.1 103 .*link: b/s);
    run.origin().end();
    run.run();
    assert.equal(statusOf(client.received), 503);
    run.finish([client]);
  });
});

describe("a response before the request is complete", () => {
  test("reaches the client; what still comes is dropped; no connection is used again", () => {
    const run = new RouterRun();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf");
    run.respond("HTTP/1.1 413 Payload Too Large\r\ncontent-length: 3\r\n\r\nbig");
    assert.equal(statusOf(client.received), 413);
    assert.match(client.received, /big$/);
    client.closesOnEnd = false;
    run.send("-other", client);
    assert.equal(bodyOf(run.origin().received), "half");
    assert.notEqual(run.origin().fate, "open");
    assert.deepEqual(run.log, ["413 - via_upstream"]);
    assert.equal(run.stat("http.in.downstream_rq_response_before_rq_complete"), 1);
    assert.equal(run.clusterStat("upstream_cx_destroy_local_with_active_rq"), 1);
    assert.equal(run.clusterStat("upstream_rq_active"), 0);
    run.finish([client]);
  });

  test("its beginning does not stop the request", () => {
    const run = new RouterRun();
    const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nab");
    run.respond("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\n12");
    run.send("cd", client);
    assert.equal(bodyOf(run.origin().received), "abcd");
    run.respond("34");
    assert.match(client.received, /1234$/);
    assert.deepEqual(run.log, ["200 - via_upstream"]);
    run.finish([client]);
  });

  test("one that ends while the request's last piece waits in our buffers", () => {
    const run = new RouterRun();
    run.setUpstreamLink({ windowBytes: 1_000 });
    const body = pattern(50_000);
    const client = run.connect();
    client.send(`POST / HTTP/1.1\r\nhost: a\r\ncontent-length: ${body.length}\r\n\r\n`);
    run.run();
    run.origin().pauseReading();
    run.send(body, client);
    run.respond(OK);
    assert.match(client.takeReceived(), /ok$/);
    run.origin().resumeReading();
    // The next request on the same connection stands behind what is still unsent.
    run.get("/next", client);
    const received = run.origin().takeReceivedBytes();
    const start = received.indexOf("\r\n\r\n") + 4;
    assert.ok(received.subarray(start, start + body.length).equals(body));
    assert.match(received.subarray(start + body.length).toString("latin1"), /^GET \/next /);
    run.respond(OK);
    assert.match(client.received, /ok$/);
    run.finish([client]);
  });
});
