import type { Connection } from "../../../network/connection.js";
import type { HeaderMap } from "../../headers/header-map.js";
import { wholeNumber } from "../../headers/whole-number.js";
import { chunkStart, lastChunk, type OutgoingFraming } from "./head-encoder.js";

/** More digits than any length has. */
const MAX_LENGTH_DIGITS = 15;

/** Of a body whose length a filter has announced as something that is none: nothing fits it. */
const NO_LENGTH = -1;

/**
 * Writes a body as its head announced it. It cannot be made to say anything else: what exceeds the announced length is
 * refused, and a body that ends short is reported, so that nobody mistakes it for complete.
 */
export class BodyWriter {
  framing: OutgoingFraming = "none";
  private readonly connection: Connection;
  private lengthLeft = 0;

  constructor(connection: Connection) {
    this.connection = connection;
  }

  start(framing: OutgoingFraming, headers: HeaderMap): void {
    this.framing = framing;
    this.lengthLeft =
      framing === "length" ? (wholeNumber(headers.get("content-length"), MAX_LENGTH_DIGITS) ?? NO_LENGTH) : 0;
  }

  /** Writes a piece. Returns false when it is more than the head announced; nothing is written then. */
  write(data: Buffer): boolean {
    if (data.length === 0 || this.framing === "none") return true;
    if (this.framing === "length") {
      if (data.length > this.lengthLeft) return false;
      this.lengthLeft -= data.length;
      this.connection.writeBytes(data);
      return true;
    }
    if (this.framing === "chunked") {
      this.connection.writeText(chunkStart(data.length));
      this.connection.writeBytes(data);
      this.connection.writeText("\r\n");
      return true;
    }
    this.connection.writeBytes(data);
    return true;
  }

  /** Nothing more may be written: all of the announced length is, or none was announced. */
  get isFull(): boolean {
    return this.framing === "none" || (this.framing === "length" && this.lengthLeft === 0);
  }

  /** From here on bytes pass as they are. */
  startTunnel(): void {
    this.framing = "tunnel";
  }

  /** Ends the body. Returns false when fewer bytes were written than the head announced. */
  end(trailers: HeaderMap | null): boolean {
    if (this.framing === "chunked") this.connection.writeText(lastChunk(trailers));
    return this.framing !== "length" || this.lengthLeft === 0;
  }
}
