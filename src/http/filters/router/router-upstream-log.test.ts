import assert from "node:assert/strict";
import { test } from "node:test";
import { RouterRun, type RouterRunOptions } from "./router.test.support.js";

const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const BAD = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 3\r\nx-who: bad\r\n\r\nbad";
const STREAM_LOG = "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog";
const FORMAT =
  "%ACCESS_LOG_TYPE% %UPSTREAM_REQUEST_ATTEMPT_COUNT% %UPSTREAM_HOST% %RESPONSE_CODE% %RESPONSE_FLAGS% %REQ(:PATH)% %RESP(x-who)% %BYTES_SENT%/%BYTES_RECEIVED%\n";

function logging(route: object, more: RouterRunOptions = {}): RouterRun {
  const log = { text_format_source: { inline_string: FORMAT } };
  const upstream_log = [{ name: "log", typed_config: { "@type": STREAM_LOG, log_format: log } }];
  return new RouterRun({ route, router: { upstream_log }, logFormat: "request %RESPONSE_CODE%", ...more });
}

test("every attempt has a line, the request's own comes last", () => {
  const run = logging({ prefix_rewrite: "/new/", retry_policy: { retry_on: "5xx" } });
  const client = run.send("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 4\r\n\r\nbody");
  run.respond(BAD);
  run.runFor(700);
  run.respond(OK, run.origin(1));
  assert.deepEqual(run.log, [
    "UpstreamEnd 1 10.0.0.1:80 503 - /new/ bad 4/0",
    "UpstreamEnd 2 10.0.0.1:80 200 - /new/ - 4/2",
    "request 200",
  ]);
  run.finish([client]);
});

test("how an attempt failed is in its flags", () => {
  const resets = logging({ retry_policy: { retry_on: "reset" } });
  const client = resets.get();
  resets.origin().end();
  resets.runFor(700);
  resets.respond(OK, resets.origin(1));
  assert.deepEqual(resets.log, [
    "UpstreamEnd 1 10.0.0.1:80 0 UC / - 0/0",
    "UpstreamEnd 2 10.0.0.1:80 200 - / - 0/2",
    "request 200",
  ]);
  resets.finish([client]);
  const slow = logging({ timeout: "1s", retry_policy: { retry_on: "5xx", per_try_timeout: "0.6s" } });
  const waiting = slow.get();
  slow.runFor(1_500);
  assert.deepEqual(slow.log, [
    "UpstreamEnd 1 10.0.0.1:80 0 UT / - 0/0",
    "UpstreamEnd 2 10.0.0.1:80 0 UT / - 0/0",
    "request 504",
  ]);
  slow.finish([waiting]);
  const refused = logging({}, { connect: "refuse" });
  const other = refused.get();
  assert.deepEqual(refused.log, ["UpstreamEnd 1 10.0.0.1:80 0 UF / - 0/0", "request 503"]);
  refused.finish([other]);
});

test("a client that leaves ends its attempt's line, too", () => {
  const run = logging({});
  run.get().close();
  run.run();
  assert.deepEqual(run.log, ["UpstreamEnd 1 10.0.0.1:80 0 - / - 0/0", "request 0"]);
  run.finish();
});
