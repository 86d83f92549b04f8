/** Writes to one socket of the operating system, past the queue of Node's streams: we gather ourselves. */
export interface SocketWriter {
  /** Bytes that the kernel has not taken yet. */
  readonly unsentBytes: number;
  /** @param text all latin1 */
  writeText(text: string): void;
  /** @param bytes must not change until they are sent */
  writeBytes(bytes: Buffer): void;
  /** Gathers the writes until `uncork` into one. */
  cork(): void;
  uncork(): void;
}

/** What a writer tells the socket it belongs to. */
export interface SocketWriterOwner {
  /** The kernel has taken a write that it did not take at once. Comes in an event of its own. */
  onWriteProgress(): void;
  /** Nothing more can be sent. Comes within the write that failed at once, of which nothing was sent then. */
  onWriteFailed(error: NodeJS.ErrnoException): void;
}
