import { isFieldValueCode, isHexCode, isTokenCode, isWhitespaceCode } from "../../headers/header-syntax.js";
import { type CodecError, Http1Errors } from "../codec-error.js";

const CR = 0x0d;
const ZERO = 0x30;
const LF = 0x0a;
const SEMICOLON = 0x3b;
const EQUALS = 0x3d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** 13 hexadecimal digits are 2^52: larger than any body, and exact in a double. */
const MAX_SIZE_DIGITS = 13;

/**
 * Bytes of chunk extensions in one message, and of zeros in front of sizes. Nobody uses them; unlimited ones let a peer
 * send bytes for ever that count as no body (RFC 9112 7.1.1 asks for a limit).
 */
const MAX_EXTENSION_BYTES = 16 * 1024;

/** Where an extension stands: before, in or behind its name, its value, or its value in quotes. */
type ExtensionState =
  | "beforeName"
  | "name"
  | "afterName"
  | "beforeValue"
  | "value"
  | "afterValue"
  | "quoted"
  | "quotedPair"
  | "afterQuote";

type State = "start" | "size" | "space" | ExtensionState | "lineFeed";

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
        if (code === SEMICOLON) this.state = "beforeName";
        else if (!isWhitespaceCode(code)) this.error = Http1Errors.invalidChunkSize;
        this.countExtension();
        return;
      case "lineFeed":
        return;
      default:
        this.stepExtension(this.state, code);
    }
  }

  private stepSize(code: number): void {
    if (isHexCode(code)) {
      if (this.size > 0 || code !== ZERO) this.digits++;
      // Zeros in front mean nothing, and must not come without end either.
      else if (this.state === "size") this.countExtension();
      this.state = "size";
      if (this.digits > MAX_SIZE_DIGITS) this.error = Http1Errors.chunkTooLarge;
      else this.size = this.size * 16 + hexValue(code);
      return;
    }
    if (this.state === "start") this.error = Http1Errors.invalidChunkSize;
    else if (code === CR) this.state = "lineFeed";
    else if (code === SEMICOLON) this.state = "beforeName";
    else if (isWhitespaceCode(code)) this.state = "space";
    else this.error = code === LF ? Http1Errors.bareLineFeed : Http1Errors.invalidChunkSize;
  }

  /** Extensions are dropped. Whoever read one in another way would find another end of the line, and another chunk. */
  private stepExtension(state: ExtensionState, code: number): void {
    if (code === CR && ENDS_LINE.has(state)) {
      this.state = "lineFeed";
      return;
    }
    const next = stateAfter(state, code);
    if (next !== null) this.state = next;
    else this.error = code === LF ? Http1Errors.bareLineFeed : Http1Errors.invalidChunkExtension;
    this.countExtension();
  }

  private countExtension(): void {
    if (++this.extensionBytes > MAX_EXTENSION_BYTES) this.error = Http1Errors.chunkExtensionTooLarge;
  }
}

/** Where the line may end: behind something, and not behind whitespace. */
const ENDS_LINE: ReadonlySet<ExtensionState> = new Set(["name", "value", "afterQuote"]);

/** RFC 9112 7.1.1: `*( BWS ";" BWS name [ BWS "=" BWS ( token / quoted-string ) ] )`. Null where the byte has no place. */
function stateAfter(state: ExtensionState, code: number): ExtensionState | null {
  switch (state) {
    case "beforeName":
      if (isTokenCode(code)) return "name";
      return isWhitespaceCode(code) ? state : null;
    case "name":
      return isTokenCode(code) ? state : separator(code, "afterName", true);
    case "afterName":
      return separator(code, state, true);
    case "beforeValue":
      if (isTokenCode(code)) return "value";
      if (code === QUOTE) return "quoted";
      return isWhitespaceCode(code) ? state : null;
    case "value":
      return isTokenCode(code) ? state : separator(code, "afterValue", false);
    case "afterValue":
    case "afterQuote":
      return separator(code, "afterValue", false);
    case "quoted":
      if (code === QUOTE) return "afterQuote";
      if (code === BACKSLASH) return "quotedPair";
      return isFieldValueCode(code) ? state : null;
    case "quotedPair":
      return isFieldValueCode(code) ? "quoted" : null;
  }
}

/** What may stand behind a name or a value: whitespace, the next extension, and behind a name its value. */
function separator(code: number, afterSpace: ExtensionState, takesValue: boolean): ExtensionState | null {
  if (code === SEMICOLON) return "beforeName";
  if (code === EQUALS && takesValue) return "beforeValue";
  return isWhitespaceCode(code) ? afterSpace : null;
}

function hexValue(code: number): number {
  return code <= 0x39 ? code - 0x30 : (code | 0x20) - 0x57;
}
