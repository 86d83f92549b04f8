import type { HeaderMap } from "../headers/header-map.js";
import { FormatError } from "./format-error.js";

/** A header field, or one of the properties that HTTP/2 calls pseudo-headers. */
type FieldKind = "header" | "method" | "path" | "authority" | "scheme" | "status";

const PSEUDO_HEADERS: ReadonlyMap<string, FieldKind> = new Map<string, FieldKind>([
  [":method", "method"],
  [":path", "path"],
  [":authority", "authority"],
  [":scheme", "scheme"],
  [":status", "status"],
  // An HTTP/1 request's `host` field is kept as the authority.
  ["host", "authority"],
]);

/** A field name (RFC 9110 5.1), with the colon of a pseudo-header. */
const FIELD_NAME = /^:?[!#$%&'*+\-.^_`|~0-9a-z]+$/;

/** Names a field of a message; compiled from what stands in a format, in any case. */
export class HeaderField {
  private readonly kind: FieldKind;
  private readonly name: string;

  constructor(name: string) {
    this.name = name.toLowerCase();
    this.kind = PSEUDO_HEADERS.get(this.name) ?? "header";
  }

  /** The first value; null when the message does not have the field, or there is no such message. */
  read(headers: HeaderMap | null): string | null {
    if (headers === null) return null;
    switch (this.kind) {
      case "header":
        return headers.get(this.name);
      case "method":
        return headers.method || null;
      case "path":
        return headers.path || null;
      case "authority":
        return headers.authority || null;
      case "scheme":
        return headers.scheme || null;
      case "status":
        return headers.status === 0 ? null : String(headers.status);
    }
  }
}

/** `X?Y`: a field and the one that is read when it is missing. */
export interface FieldPair {
  readonly main: HeaderField;
  readonly alternative: HeaderField | null;
}

/** Parses `X` or `X?Y`; offsets in errors count from the start of `text`. */
// control plane: runs when a format is compiled
export function parseFieldPair(text: string): FieldPair {
  const names = text.split("?");
  const [main = "", alternative = ""] = names;
  if (names.length > 2) {
    throw new FormatError("more than one alternative header", main.length + alternative.length + 1);
  }
  checkName(main, 0);
  if (names.length === 1) return { main: new HeaderField(main), alternative: null };
  // Envoy takes `X?` as `X`.
  if (alternative === "") return { main: new HeaderField(main), alternative: null };
  checkName(alternative, main.length + 1);
  return { main: new HeaderField(main), alternative: new HeaderField(alternative) };
}

// control plane: runs when a format is compiled
function checkName(name: string, offset: number): void {
  if (name === "") throw new FormatError("a header name is missing", offset);
  if (!FIELD_NAME.test(name.toLowerCase())) {
    throw new FormatError(`${JSON.stringify(name)} is not a header name`, offset);
  }
}
