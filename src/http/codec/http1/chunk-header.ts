import { isFieldValueCode, isHexCode } from "../../headers/header-syntax.js";
import { type CodecError, Http1Errors } from "../codec-error.js";

const CR = 0x0d;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const SP = 0x20;
const HTAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** 13 hexadecimal digits are 2^52: larger than any body, and exact in a double. */
const MAX_SIZE_DIGITS = 13;

/**
 * Bytes of chunk extensions in one message. Nobody uses them; unlimited ones let a peer send bytes for ever that count
 * as no body (RFC 9112 7.1.1 asks for a limit).
 */
const MAX_EXTENSION_BYTES = 16 * 1024;

type State = "start" | "size" | "space" | "extension" | "quoted" | "quotedPair" | "lineFeed";

/** RFC 9112 7.1: the line before a chunk's data, byte by byte. */
export class ChunkHeader {
  size = 0;
  error: CodecError | null = null;
  private state: State = "start";
  private digits = 0;
  private extensionBytes = 0;
  private complete = false;

  /** For the first chunk of a message. */
  startMessage(): void {
    this.extensionBytes = 0;
    this.startChunk();
  }

  startChunk(): void {
    this.state = "start";
    this.size = 0;
    this.digits = 0;
    this.error = null;
  }

  /**
   * Reads from `from` to behind the line's end, or to the end of the data. Returns the position; the line is complete
   * when `takeComplete` says so, malformed when `error` is set.
   */
  read(data: Buffer, from: number): number {
    let at = from;
    while (at < data.length && this.error === null) {
      const code = data[at++] as number;
      if (this.state === "lineFeed") {
        if (code !== LF) this.error = Http1Errors.bareCarriageReturn;
        this.complete = this.error === null;
        return at;
      }
      this.step(code);
    }
    return at;
  }

  /** True once, after the line's end was read. */
  takeComplete(): boolean {
    const complete = this.complete;
    this.complete = false;
    return complete;
  }

  private step(code: number): void {
    switch (this.state) {
      case "start":
      case "size":
        this.stepSize(code);
        return;
      case "space":
        // RFC 9112 7.1.1: whitespace may stand before the semicolon of an extension, and nowhere else.
        if (code === SEMICOLON) this.state = "extension";
        else if (code !== SP && code !== HTAB) this.error = Http1Errors.invalidChunkSize;
        this.countExtension();
        return;
      case "extension":
      case "quoted":
      case "quotedPair":
        this.stepExtension(code);
        return;
      case "lineFeed":
        return;
    }
  }

  private stepSize(code: number): void {
    if (isHexCode(code)) {
      this.state = "size";
      if (++this.digits > MAX_SIZE_DIGITS) {
        this.error = Http1Errors.chunkTooLarge;
        return;
      }
      this.size = this.size * 16 + hexValue(code);
      return;
    }
    if (this.digits === 0) this.error = Http1Errors.invalidChunkSize;
    else if (code === CR) this.state = "lineFeed";
    else if (code === SEMICOLON) this.state = "extension";
    else if (code === SP || code === HTAB) this.state = "space";
    else this.error = code === LF ? Http1Errors.bareLineFeed : Http1Errors.invalidChunkSize;
  }

  /** Extensions are dropped, so only their end matters: that of the line, which cannot be quoted (RFC 9110 5.6.4). */
  private stepExtension(code: number): void {
    if (code === CR) {
      // Whoever took the line end for a part of the quoted string would see another chunk than we do.
      if (this.state === "extension") this.state = "lineFeed";
      else this.error = Http1Errors.invalidChunkExtension;
      return;
    }
    if (code === LF) this.error = Http1Errors.bareLineFeed;
    else if (!isFieldValueCode(code)) this.error = Http1Errors.invalidChunkExtension;
    else this.state = stateAfter(this.state, code);
    this.countExtension();
  }

  private countExtension(): void {
    if (++this.extensionBytes > MAX_EXTENSION_BYTES) this.error = Http1Errors.chunkExtensionTooLarge;
  }
}

/** Where the next byte of an extension stands. */
function stateAfter(state: State, code: number): State {
  if (state === "quotedPair") return "quoted";
  if (state === "quoted" && code === BACKSLASH) return "quotedPair";
  if (code !== QUOTE) return state;
  return state === "quoted" ? "extension" : "quoted";
}

function hexValue(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}
