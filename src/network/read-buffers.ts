/** Size of the buffers that sockets read into: one read's worth, so that 1 MiB takes 16 reads. */
export const READ_BUFFER_BYTES = 64 * 1024;

/** A socket whose reads come in at least this large gets a buffer of its own, so that its bytes need no copy. */
const OWN_BUFFER_FROM_BYTES = 16 * 1024;

/** How many views of the shared buffer are kept. */
const VIEWS = 128;

/** Buffers kept for the next socket that needs its own; more would only hold memory after a burst. */
const MAX_SPARE_BUFFERS = 64;

/**
 * The memory that sockets read into. All sockets of a worker share one buffer, which stays in the processor's cache and
 * costs nothing for the many connections that are idle; one that receives much gets a buffer of its own.
 *
 * Either way the bytes are valid only until the read event ends, flushes included: who holds them longer calls `keep`.
 * Bytes in the shared buffer are then copied, and so are few bytes, which are not worth 64 KiB that nobody counts; else
 * a buffer of a socket's own is simply left to the holder, and the socket takes another one.
 */
export class ReadBuffers {
  /** What sockets without a buffer of their own read into. */
  readonly shared: Buffer = Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  private readonly spare: Buffer[] = [];
  /** Views of the shared buffer from its beginning, by their length: those of the last reads, which are often as long. */
  private readonly views: (Buffer | undefined)[] = new Array<Buffer | undefined>(VIEWS).fill(undefined);
  private lent: Buffer | null = null;
  private lentKept = false;

  /** A read event begins: `buffer` holds bytes that are only lent. */
  beginRead(buffer: Buffer): void {
    this.lent = buffer;
    this.lentKept = false;
  }

  /** The bytes that were read: a view, made when there is none of this length, which saves half of its cost. */
  viewOf(buffer: Buffer, bytesRead: number): Buffer {
    if (buffer !== this.shared) return buffer.subarray(0, bytesRead);
    const known = this.views[bytesRead % VIEWS];
    if (known !== undefined && known.length === bytesRead) return known;
    const view = buffer.subarray(0, bytesRead);
    this.views[bytesRead % VIEWS] = view;
    return view;
  }

  /** The read event is over. Returns the buffer that the socket should read into next. */
  endRead(bytesRead: number): Buffer {
    const buffer = this.lent as Buffer;
    this.lent = null;
    if (buffer === this.shared) return bytesRead >= OWN_BUFFER_FROM_BYTES ? this.takeOwn() : buffer;
    return this.lentKept ? this.takeOwn() : buffer;
  }

  /** A socket that reads no more gives its buffer back. */
  giveBack(buffer: Buffer): void {
    if (buffer !== this.shared && this.spare.length < MAX_SPARE_BUFFERS) this.spare.push(buffer);
  }

  /** Makes bytes safe to hold after the running event. Bytes that are nobody's loan come back as they are. */
  keep(data: Buffer): Buffer {
    if (!this.isLent(data)) return data;
    if (this.lent === this.shared || data.length < OWN_BUFFER_FROM_BYTES) return Buffer.from(data);
    this.lentKept = true;
    return data;
  }

  /**
   * Before bytes go to a socket, which may hold them for long when it does not take them at once: those in the shared
   * buffer are copied. Others are written as they are, and `wasHeld` afterwards tells what became of them.
   */
  forWriting(data: Buffer): Buffer {
    return this.lent === this.shared && this.isLent(data) ? Buffer.from(data) : data;
  }

  /** The socket did not take these bytes at once and goes on using their memory. */
  wasHeld(data: Buffer): void {
    if (this.isLent(data)) this.lentKept = true;
  }

  private isLent(data: Buffer): boolean {
    return this.lent !== null && data.buffer === this.lent.buffer;
  }

  private takeOwn(): Buffer {
    return this.spare.pop() ?? Buffer.allocUnsafeSlow(READ_BUFFER_BYTES);
  }
}
