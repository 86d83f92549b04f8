import { close, open, openSync, write } from "node:fs";
import type { Dispatcher, Task, Timer, TimerTarget } from "../../event/dispatcher.js";
import type { AccessLogSink } from "./access-logger.js";
import type { FileSinkStats } from "./file-sink-stats.js";

/** Lines are written at once when this much is buffered, as in Envoy. */
export const FLUSH_BYTES = 64 * 1024;
/** What a file that takes nothing (a full pipe, a hanging disk) may cost of memory; lines beyond are dropped. */
export const MAX_BUFFERED_BYTES = 16 * 1024 * 1024;
/** A full pipe is tried again after this time. */
const RETRY_MS = 5;
/** How long `close` goes on with a pipe that nobody reads. */
const CLOSE_GRACE_MS = 1_000;

const NO_FILE = -1;
const LINE_FEED = 0x0a;

/** An open file. One without a path is a stream of the process: it is neither reopened nor closed. */
export interface LogFile {
  readonly fd: number;
  readonly path: string | null;
}

/** Opens a file for appending. Throws when that fails: configuration that names it is wrong. */
export function openLogFile(path: string): LogFile {
  return { fd: openSync(path, "a"), path };
}

/**
 * Appends lines to a file: buffered, written asynchronously, one write under way. A write that fails loses the lines
 * it held, is counted, and logging goes on. Only whole lines reach the file, so that other writers, and the threads
 * whose lines arrive in batches, can share it.
 */
export class AccessLogFileSink implements AccessLogSink, Task, TimerTarget {
  private readonly dispatcher: Dispatcher;
  private readonly stats: FileSinkStats;
  private readonly path: string | null;
  /** 0: at the next turn of the loop. */
  private readonly flushIntervalMs: number;
  private readonly flushTimer: Timer;
  private readonly retryTimer: Timer;
  private fd: number;
  /** Opened by `reopen`; takes over as soon as no write is under way. */
  private nextFd = NO_FILE;
  private pending = "";
  private posted = false;
  /** What is being written, from `writtenBytes` on; null when no write is under way. */
  private writing: Buffer | null = null;
  private writtenBytes = 0;
  /** A failed write left a part of a line in the file. */
  private lineIsTorn = false;
  private closed: Promise<void> | null = null;
  private onClosed: (() => void) | null = null;
  private closeDeadlineMs = 0;

  /** @param flushIntervalMs how long lines may wait in the buffer; 0 writes them at the next turn of the loop. */
  constructor(file: LogFile, dispatcher: Dispatcher, stats: FileSinkStats, flushIntervalMs: number) {
    this.fd = file.fd;
    this.path = file.path;
    this.dispatcher = dispatcher;
    this.stats = stats;
    this.flushIntervalMs = flushIntervalMs;
    this.flushTimer = dispatcher.createTimer(this);
    this.retryTimer = dispatcher.createTimer(this);
  }

  write(line: string): void {
    const tooMuch = this.pending.length + (this.writing?.length ?? 0) + line.length > MAX_BUFFERED_BYTES;
    if (tooMuch || this.onClosed !== null) {
      this.stats.writeDropped.inc();
      return;
    }
    this.pending += line;
    this.stats.writeBuffered.inc();
    this.stats.writeTotalBuffered.add(line.length);
    if (this.writing === null) this.flushSoon();
  }

  /** Opens the path anew, for who has renamed the file; on failure the old file is kept. */
  // control plane: on a signal
  reopen(): void {
    if (this.path === null) return;
    open(this.path, "a", (error, fd) => this.onOpened(error, fd));
  }

  /** Writes what is buffered and closes the file. Lines that come later are dropped. */
  // control plane: when the process ends
  close(): Promise<void> {
    this.closed ??= new Promise((resolve) => {
      this.onClosed = resolve;
      this.closeDeadlineMs = this.dispatcher.now() + CLOSE_GRACE_MS;
      this.flush();
      if (this.writing === null) this.finishClose();
    });
    return this.closed;
  }

  /** Writes what is buffered, or leaves it to the end of the write that is under way. */
  flush(): void {
    if (this.writing !== null || this.pending === "") return;
    this.flushTimer.disarm();
    if (this.lineIsTorn) this.stats.writeTotalBuffered.inc();
    this.writing = Buffer.from(this.lineIsTorn ? `\n${this.pending}` : this.pending, "latin1");
    this.writtenBytes = 0;
    this.pending = "";
    this.writeMore();
  }

  run(): void {
    this.posted = false;
    this.flush();
  }

  onTimer(timer: Timer): void {
    if (timer === this.retryTimer) {
      this.writeMore();
      return;
    }
    this.stats.flushedByTimer.inc();
    this.flush();
  }

  private flushSoon(): void {
    if (this.pending.length >= FLUSH_BYTES || this.onClosed !== null) {
      this.flush();
    } else if (this.flushIntervalMs > 0) {
      if (!this.flushTimer.armed) this.flushTimer.arm(this.flushIntervalMs);
    } else if (!this.posted) {
      this.posted = true;
      this.dispatcher.post(this);
    }
  }

  private writeMore(): void {
    const buffer = this.writing;
    if (buffer === null) return;
    write(this.fd, buffer, this.writtenBytes, buffer.length - this.writtenBytes, null, this.onWritten);
  }

  // control plane: one closure for each sink, not for each write
  private readonly onWritten = (error: NodeJS.ErrnoException | null, bytes: number): void => {
    this.dispatcher.beginEvent();
    if (error !== null) this.onWriteError(error);
    else this.onBytesWritten(bytes);
    this.dispatcher.endEvent();
  };

  private onBytesWritten(bytes: number): void {
    this.writtenBytes += bytes;
    this.stats.writeTotalBuffered.add(-bytes);
    if (this.writing !== null && this.writtenBytes < this.writing.length) {
      this.writeMore();
      return;
    }
    this.stats.writeCompleted.inc();
    this.lineIsTorn = false;
    this.onWriteEnd();
  }

  private onWriteError(error: NodeJS.ErrnoException): void {
    const mayWait = this.onClosed === null || this.dispatcher.now() < this.closeDeadlineMs;
    if (error.code === "EAGAIN" && mayWait) {
      this.retryTimer.arm(RETRY_MS);
      return;
    }
    this.stats.writeFailed.inc();
    const buffer = this.writing;
    if (buffer !== null) {
      this.stats.writeTotalBuffered.add(this.writtenBytes - buffer.length);
      if (this.writtenBytes > 0) this.lineIsTorn = buffer[this.writtenBytes - 1] !== LINE_FEED;
    }
    this.onWriteEnd();
  }

  private onWriteEnd(): void {
    this.writing = null;
    this.adoptNextFile();
    if (this.writing !== null) return;
    if (this.pending !== "") this.flushSoon();
    else if (this.onClosed !== null) this.finishClose();
  }

  private onOpened(error: NodeJS.ErrnoException | null, fd: number): void {
    this.dispatcher.beginEvent();
    if (error !== null) {
      this.stats.reopenFailed.inc();
    } else if (this.fd === NO_FILE) {
      // Closed while the file was being opened.
      this.closeFile(fd);
    } else {
      // A reopening that was overtaken by a later one.
      if (this.nextFd !== NO_FILE) this.closeFile(this.nextFd);
      this.nextFd = fd;
      if (this.writing === null) this.adoptNextFile();
    }
    this.dispatcher.endEvent();
  }

  /** What is buffered opens the new file, as in Envoy: who has asked for it need not wait for the timer. */
  private adoptNextFile(): void {
    if (this.nextFd === NO_FILE) return;
    this.closeFile(this.fd);
    this.fd = this.nextFd;
    this.nextFd = NO_FILE;
    this.lineIsTorn = false;
    this.flush();
  }

  private finishClose(): void {
    this.flushTimer.disarm();
    this.retryTimer.disarm();
    if (this.path !== null) this.closeFile(this.fd);
    this.fd = NO_FILE;
    this.onClosed?.();
  }

  // control plane: when a file is replaced or the process ends
  private closeFile(fd: number): void {
    close(fd, (error) => {
      // Some file systems report a failed write only here.
      if (error !== null && error !== undefined) this.stats.writeFailed.inc();
    });
  }
}
