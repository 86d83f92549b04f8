import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../../test/support/seeded-random.js";
import { SimulatedDispatcher } from "../../../test/support/simulated-dispatcher.js";
import type { AccessLogConfig } from "../../stream-info/access-log-config.js";
import { bareContext } from "../formatter/log-context.test.support.js";
import { type AccessLogSink, buildAccessLoggers } from "./access-logger.js";
import { BatchingSink, type LineBatchTarget } from "./batching-sink.js";

class Recorded implements AccessLogSink, LineBatchTarget {
  readonly texts: string[] = [];

  write(line: string): void {
    this.texts.push(line);
  }

  deliver(text: string): void {
    this.texts.push(text);
  }
}

test("loggers write the streams that their filters let through", () => {
  const sink = new Recorded();
  const text = { kind: "text", text: "%RESPONSE_CODE%\n", json: null, omitEmptyValues: false } as const;
  const configs: readonly AccessLogConfig[] = [
    { sink: { kind: "stdout" }, format: text, filter: null },
    {
      sink: { kind: "stdout" },
      format: { kind: "json", text: "", json: { code: "%RESPONSE_CODE%" }, omitEmptyValues: false },
      filter: { kind: "statusCode", comparison: { op: "ge", value: 500 } },
    },
  ];
  const loggers = buildAccessLoggers(configs, { get: () => sink }, new SeededRandom(1));
  for (const code of [200, 503]) {
    const context = bareContext();
    context.streamInfo.responseCode = code;
    for (const logger of loggers) logger.log(context);
  }
  assert.deepEqual(sink.texts, ["200\n", "503\n", '{"code":503}\n']);
});

test("a batching sink delivers the lines of a turn together", () => {
  const dispatcher = new SimulatedDispatcher();
  const target = new Recorded();
  const sink = new BatchingSink(dispatcher, target);
  sink.write("a\n");
  sink.write("b\n");
  assert.deepEqual(target.texts, []);
  dispatcher.runFor(1);
  sink.write("c\n");
  dispatcher.runFor(1);
  assert.deepEqual(target.texts, ["a\nb\n", "c\n"]);
});

test("a large batch does not wait, and flush leaves nothing behind", () => {
  const dispatcher = new SimulatedDispatcher();
  const target = new Recorded();
  const sink = new BatchingSink(dispatcher, target);
  const long = `${"x".repeat(70_000)}\n`;
  sink.write(long);
  assert.deepEqual(target.texts, [long]);
  sink.write("d\n");
  sink.flush();
  dispatcher.runFor(1);
  assert.deepEqual(target.texts, [long, "d\n"]);
});
