import net from "node:net";

/** What Node's handles need for a write that the kernel does not take at once. Undocumented; see docs/decisions/0030. */
export interface WriteRequest {
  /** Called when the kernel has taken the write, or never will: below 0 is an error of the operating system, negated. */
  oncomplete: ((this: WriteRequest, status: number) => void) | null;
  /** What is being written: it must live until then, since the operating system reads from its memory. */
  written: unknown;
  /** Who is told. */
  writer: unknown;
}

export type WriteRequestClass = new () => WriteRequest;

/** The class of such requests; null where handles make them by themselves, when they need one (Node 24). */
export const WriteRequestOfNode: WriteRequestClass | null = learnClass();

/** Node names the class nowhere, but every write makes an object of it: a handle that is none sees one. */
function learnClass(): WriteRequestClass | null {
  let learned: WriteRequestClass | null = null;
  const socket = new net.Socket() as net.Socket & { _handle?: unknown };
  try {
    socket._handle = {
      writeLatin1String: (request: WriteRequest | null) => {
        learned = (request?.constructor ?? null) as WriteRequestClass | null;
        return 0;
      },
    };
    socket._write("", "latin1", () => {});
  } catch {
    // Not the Node we know: writes go through its streams.
    learned = null;
  }
  socket._handle = null;
  socket.destroy();
  return isWriteRequestClass(learned) ? learned : null;
}

/** A handle asserts that it is given one of its own, so nothing else may pass. */
function isWriteRequestClass(learned: WriteRequestClass | null): boolean {
  return learned?.name === "WriteWrap";
}
