import type { Protocol } from "../../../stream-info/protocol.js";
import { HeaderMap } from "../../headers/header-map.js";

/** What an HTTP/1 head says about its message and connection, gathered while it is parsed. */
export class MessageHead {
  headers: HeaderMap = new HeaderMap();
  /** 0 or 1: HTTP/1.x. */
  minorVersion = 1;
  /** Value of `content-length`, -1 when there is none. */
  contentLength = -1;
  /** Values of `transfer-encoding`, comma-joined; empty when there is none. */
  transferEncoding = "";
  /** Values of `connection`, comma-joined and lower case; empty when there is none. */
  connectionOptions = "";
  /** The fields by which each hop may ask for something: looked for only where they are. */
  hasUpgrade = false;
  hasTe = false;
  hasHost = false;
  /** A length was dropped, because there is a coding too. */
  lengthDropped = false;

  get protocol(): Protocol {
    return this.minorVersion === 1 ? "HTTP/1.1" : "HTTP/1.0";
  }

  /** Makes the object ready for the next head; the header map of the last one stays with its reader. */
  reset(): void {
    this.headers = new HeaderMap();
    this.minorVersion = 1;
    this.contentLength = -1;
    this.transferEncoding = "";
    this.connectionOptions = "";
    this.hasUpgrade = false;
    this.hasTe = false;
    this.hasHost = false;
    this.lengthDropped = false;
  }

  /** True when the `connection` field has this option. @param option lower case */
  hasConnectionOption(option: string): boolean {
    const options = this.connectionOptions;
    if (options === "") return false;
    if (options === option) return true;
    let at = options.indexOf(option);
    while (at >= 0) {
      if (isOptionStart(options, at) && isOptionEnd(options, at + option.length)) return true;
      at = options.indexOf(option, at + 1);
    }
    return false;
  }

  /** RFC 9112 9.3: whether the connection may outlive this message, as far as the peer is concerned. */
  get wantsKeepAlive(): boolean {
    // RFC 9112 6.1: who has sent both may mean something else with what follows.
    if (this.lengthDropped) return false;
    if (this.connectionOptions === "") return this.minorVersion === 1;
    if (this.hasConnectionOption("close")) return false;
    return this.minorVersion === 1 || this.hasConnectionOption("keep-alive");
  }
}

function isOptionStart(options: string, at: number): boolean {
  return at === 0 || ", \t".includes(options.charAt(at - 1));
}

function isOptionEnd(options: string, at: number): boolean {
  return at === options.length || ", \t".includes(options.charAt(at));
}
