import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, readFileSync, readSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeDispatcher } from "../../event/node-dispatcher.js";
import type { StatsScope } from "../../stats/stat.js";
import { AccessLogFileSink, FLUSH_BYTES, MAX_BUFFERED_BYTES, openLogFile } from "./access-log-file-sink.js";
import { AccessLogSinks, sinkKey } from "./access-log-sinks.js";
import { FileSinkStats } from "./file-sink-stats.js";
import { RecordedStats } from "./recorded-stats.test.support.js";

const HOUR_MS = 3_600_000;

function setUp(t: TestContext): { readonly path: string; readonly stats: RecordedStats; readonly folder: string } {
  const folder = mkdtempSync(join(tmpdir(), "sluice-log-"));
  t.after(() => rmSync(folder, { recursive: true }));
  return { path: join(folder, "access.log"), stats: new RecordedStats(), folder };
}

function openSink(path: string, stats: StatsScope, flushIntervalMs: number): AccessLogFileSink {
  return new AccessLogFileSink(openLogFile(path), new NodeDispatcher(), new FileSinkStats(stats), flushIntervalMs);
}

async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5_000;
  while (!condition()) {
    assert.ok(performance.now() < deadline, "the condition did not come true");
    await sleep(2);
  }
}

test("lines wait for the interval, and are appended", async (t) => {
  const { path, stats } = setUp(t);
  const sink = openSink(path, stats, 30);
  sink.write("a\n");
  sink.write("b\xff\n");
  assert.equal(stats.value("write_total_buffered"), 5);
  assert.equal(readFileSync(path, "latin1"), "");
  await until(() => stats.value("write_completed") === 1);
  assert.equal(readFileSync(path, "latin1"), "a\nb\xff\n");
  assert.equal(stats.value("flushed_by_timer"), 1);
  assert.equal(stats.value("write_buffered"), 2);
  assert.equal(stats.value("write_total_buffered"), 0);
  await sink.close();
  const again = openSink(path, stats, HOUR_MS);
  again.write("c\n");
  await again.close();
  assert.equal(readFileSync(path, "latin1"), "a\nb\xff\nc\n");
});

test("a full buffer does not wait; what comes meanwhile follows", async (t) => {
  const { path, stats } = setUp(t);
  const sink = openSink(path, stats, HOUR_MS);
  const line = `${"x".repeat(999)}\n`;
  const count = 10 * Math.ceil(FLUSH_BYTES / line.length);
  for (let i = 0; i < count; i++) sink.write(line);
  await until(() => stats.value("write_completed") >= 2);
  await sink.close();
  assert.equal(readFileSync(path, "latin1"), line.repeat(count));
  assert.equal(stats.value("flushed_by_timer"), 0);
});

test("without an interval lines are written at the next turn", async (t) => {
  const { path, stats } = setUp(t);
  const sink = openSink(path, stats, 0);
  sink.write("a\n");
  sink.write("b\n");
  await until(() => stats.value("write_completed") === 1);
  sink.write("c\n");
  await until(() => stats.value("write_completed") === 2);
  assert.equal(readFileSync(path, "latin1"), "a\nb\nc\n");
  await sink.close();
});

test("a rotated file is left alone after reopening", async (t) => {
  const { path, stats } = setUp(t);
  const sink = openSink(path, stats, 1);
  sink.write("old\n");
  await until(() => stats.value("write_completed") === 1);
  renameSync(path, `${path}.1`);
  sink.write("still old\n");
  await until(() => stats.value("write_completed") === 2);
  sink.reopen();
  // The file is there a moment before the sink has it.
  await until(() => {
    sink.write("new\n");
    return sizeOf(path) > 0;
  });
  await sink.close();
  assert.match(readFileSync(`${path}.1`, "latin1"), /^old\nstill old\n(new\n)*$/);
  assert.match(readFileSync(path, "latin1"), /^(new\n)+$/);
});

test("what is buffered when files are reopened opens the new one, before its time", async (t) => {
  const { path, stats } = setUp(t);
  const sink = openSink(path, stats, HOUR_MS);
  sink.write("buffered\n");
  renameSync(path, `${path}.1`);
  sink.reopen();
  await until(() => stats.value("write_completed") === 1);
  assert.equal(readFileSync(path, "latin1"), "buffered\n");
  assert.equal(readFileSync(`${path}.1`, "latin1"), "");
  assert.equal(stats.value("flushed_by_timer"), 0);
  sink.write("later\n");
  await sink.close();
  assert.equal(readFileSync(path, "latin1"), "buffered\nlater\n");
});

function sizeOf(path: string): number {
  try {
    return readFileSync(path).length;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOENT");
    return -1;
  }
}

test("lines are neither lost nor torn when files are reopened under load", async (t) => {
  const { path, stats } = setUp(t);
  const sink = openSink(path, stats, 1);
  const lines: string[] = [];
  for (let i = 0; i < 20; i++) {
    for (let k = 0; k < 200; k++) {
      const line = `${i}-${k} ${"y".repeat(100)}\n`;
      lines.push(line);
      sink.write(line);
    }
    renameSync(path, `${path}.${i}`);
    sink.reopen();
    await until(() => sizeOf(path) >= 0);
  }
  await sink.close();
  let text = "";
  for (let i = 0; i < 20; i++) text += readFileSync(`${path}.${i}`, "latin1");
  text += readFileSync(path, "latin1");
  assert.equal(text.length, lines.join("").length);
  assert.deepEqual(new Set(text.split("\n")), new Set(lines.join("").split("\n")));
});

test("when reopening fails, the old file goes on", async (t) => {
  const { path, stats, folder } = setUp(t);
  const inner = join(folder, "inner");
  execFileSync("mkdir", [inner]);
  const sink = openSink(join(inner, "a.log"), stats, 1);
  renameSync(inner, `${inner}.moved`);
  sink.reopen();
  await until(() => stats.value("reopen_failed") === 1);
  sink.write("x\n");
  await sink.close();
  assert.equal(readFileSync(join(`${inner}.moved`, "a.log"), "latin1"), "x\n");
  assert.equal(sizeOf(path), -1);
});

test("a write that fails is counted, and logging goes on", async (t) => {
  const { path, stats } = setUp(t);
  const full = new AccessLogFileSink(
    { fd: openSync("/dev/full", "a"), path },
    new NodeDispatcher(),
    new FileSinkStats(stats),
    1,
  );
  full.write("lost\n");
  await until(() => stats.value("write_failed") === 1);
  assert.equal(stats.value("write_total_buffered"), 0);
  full.reopen();
  await until(() => {
    full.write("kept\n");
    return sizeOf(path) > 0;
  });
  await full.close();
  assert.match(readFileSync(path, "latin1"), /^(kept\n)+$/);
  assert.ok(stats.value("write_completed") > 0);
});

test("a pipe that is full is tried again until it takes everything", async (t) => {
  const { stats, folder } = setUp(t);
  const { reader, writer } = openPipe(folder);
  t.after(() => closeSync(reader));
  const sink = new AccessLogFileSink({ fd: writer, path: "unused" }, new NodeDispatcher(), new FileSinkStats(stats), 0);
  const line = `${"z".repeat(4_095)}\n`;
  const count = 100;
  for (let i = 0; i < count; i++) sink.write(line);
  await sleep(30);
  assert.ok(stats.value("write_completed") < 2, "the pipe took more than a pipe holds");
  const got = await drain(reader, count * line.length);
  assert.equal(got, line.repeat(count));
  await sink.close();
  assert.equal(stats.value("write_failed"), 0);
  assert.equal(stats.value("write_total_buffered"), 0);
});

test("closing gives up on a pipe that nobody reads", async (t) => {
  const { stats, folder } = setUp(t);
  const { reader, writer } = openPipe(folder);
  t.after(() => closeSync(reader));
  const sink = new AccessLogFileSink({ fd: writer, path: "unused" }, new NodeDispatcher(), new FileSinkStats(stats), 0);
  sink.write(`${"z".repeat(200_000)}\n`);
  await sink.close();
  await sink.close();
  assert.equal(stats.value("write_failed"), 1);
  assert.equal(stats.value("write_total_buffered"), 0);
  sink.write("late\n");
  assert.equal(stats.value("write_dropped"), 1);
});

test("a line that was torn by a failure is ended before the next one", async (t) => {
  const { stats, folder, path } = setUp(t);
  const { reader, writer } = openPipe(folder);
  const sink = new AccessLogFileSink({ fd: writer, path }, new NodeDispatcher(), new FileSinkStats(stats), 0);
  sink.write(`${"z".repeat(200_000)}\n`);
  await sleep(30);
  const torn = await drain(reader, 4_096);
  assert.match(torn, /^z+$/);
  closeSync(reader);
  await until(() => stats.value("write_failed") === 1);
  const other = openSync(join(folder, "pipe"), constants.O_RDONLY | constants.O_NONBLOCK);
  t.after(() => closeSync(other));
  sink.write("next\n");
  // What the first reader left in the pipe comes before.
  let rest = "";
  while (!rest.endsWith("\n")) rest += await drain(other, 1);
  assert.equal(await drain(other, 5), "next\n");
  assert.match(rest, /^z*\n$/);
  await sink.close();
  assert.equal(stats.value("write_total_buffered"), 0);
});

test("lines beyond the bound of a stuck file are dropped and counted", async (t) => {
  const { stats, folder } = setUp(t);
  const { reader, writer } = openPipe(folder);
  const sink = new AccessLogFileSink({ fd: writer, path: "unused" }, new NodeDispatcher(), new FileSinkStats(stats), 0);
  const line = `${"z".repeat(1024 * 1024 - 1)}\n`;
  for (let i = 0; i < 20; i++) sink.write(line);
  assert.equal(stats.value("write_buffered"), MAX_BUFFERED_BYTES / line.length);
  assert.equal(stats.value("write_dropped"), 4);
  closeSync(reader);
  await sink.close();
});

test("sinks are shared by destination", async (t) => {
  const { path, stats } = setUp(t);
  const sinks = new AccessLogSinks(new NodeDispatcher(), stats, HOUR_MS);
  const sink = sinks.get({ kind: "file", path });
  assert.equal(sinks.get({ kind: "file", path }), sink);
  assert.equal(sinks.get({ kind: "stdout" }), sinks.get({ kind: "file", path: "/dev/stdout" }));
  assert.notEqual(sinks.get({ kind: "stdout" }), sinks.get({ kind: "stderr" }));
  assert.equal(sinkKey({ kind: "stderr" }), "/dev/stderr");
  assert.throws(() => sinks.get({ kind: "file", path: join(path, "nope") }), { code: "ENOTDIR" });
  sink.write("a\n");
  renameSync(path, `${path}.1`);
  sinks.reopen();
  await until(() => sizeOf(path) >= 0);
  await sinks.close();
  assert.equal(readFileSync(`${path}.1`, "latin1") + readFileSync(path, "latin1"), "a\n");
});

/** A real pipe whose ends do not block. */
function openPipe(folder: string): { readonly reader: number; readonly writer: number } {
  const fifo = join(folder, "pipe");
  execFileSync("mkfifo", [fifo]);
  const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
  return { reader, writer: openSync(fifo, constants.O_WRONLY | constants.O_NONBLOCK) };
}

async function drain(fd: number, bytes: number): Promise<string> {
  const buffer = Buffer.alloc(65_536);
  let text = "";
  while (text.length < bytes) {
    const count = readNow(fd, buffer, Math.min(buffer.length, bytes - text.length));
    text += buffer.toString("latin1", 0, count);
    if (count === 0) await sleep(2);
  }
  return text;
}

function readNow(fd: number, buffer: Buffer, bytes: number): number {
  try {
    return readSync(fd, buffer, 0, bytes, null);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "EAGAIN");
    return 0;
  }
}
