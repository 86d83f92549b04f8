/** A request as an origin, or Node's handler, got it whole. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query, also where the target was in absolute form; the authority for CONNECT. */
  readonly target: string;
  readonly host: string;
  readonly body: string;
}

/** What one reader made of some bytes. */
export interface Observation {
  readonly requests: readonly SeenRequest[];
  /** The last status that the client got, 0 for none. */
  readonly status: number;
  /** The connection has ended; otherwise the reader waits for more. */
  readonly ended: boolean;
  /** Why the last request was refused or answered without the origin, as our access log has it; empty elsewhere. */
  readonly details: string;
}

/** Something that reads requests from raw bytes. */
export interface Reader {
  readonly name: string;
  /** @param quietMs how long nothing may happen until the reader counts as done */
  observe(input: string, quietMs: number): Promise<Observation>;
  close(): Promise<void>;
}
