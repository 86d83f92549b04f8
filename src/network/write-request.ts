import net from "node:net";

/** What Node's handles need for a write that the kernel does not take at once. Undocumented; see docs/decisions/0032. */
export interface WriteRequest {
  /** `UNUSED` until a handle has taken the object for a write that is not done yet. */
  getAsyncId(): number;
  /** Called when the kernel has taken the write, or never will: below 0 is an error of the operating system, negated. */
  oncomplete: ((this: WriteRequest, status: number) => void) | null;
  /** What is being written: it must live until then, since the operating system reads from its memory. */
  written: unknown;
  /** Who is told. */
  writer: unknown;
}

/** What `getAsyncId` says of a request that no handle has taken. */
const UNUSED = -1;

/**
 * Whether a write call has left the request with the handle. The handle's queue does not tell: a write that found no room
 * may have found it a moment later, within the same call, and is then empty while its request is still to be called back.
 */
export function isTaken(request: WriteRequest): boolean {
  return request.getAsyncId() !== UNUSED;
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
  if (learned?.name !== "WriteWrap") return false;
  const request = new learned();
  return typeof request.getAsyncId === "function" && !isTaken(request);
}
