import { isHexCode } from "../headers/header-syntax.js";

/** `path_with_escaped_slashes_action`: what becomes of `%2F` and `%5C` in a path. */
export type EscapedSlashesAction = "keep" | "reject" | "unescapeAndRedirect" | "unescapeAndForward";

/** What is done to a request's path before anything looks at it. Plain frozen data. */
export interface PathNormalizationConfig {
  readonly escapedSlashes: EscapedSlashesAction;
  /** `normalize_path`: dot segments, backslashes and percent-encodings (RFC 3986 6.2.2). */
  readonly normalize: boolean;
  /** `merge_slashes` */
  readonly mergeSlashes: boolean;
}

const PERCENT = 0x25;

/** RFC 3986 2.3, without the dot, which is looked at with its segment. */
const UNRESERVED = /^[A-Za-z0-9_~-]$/;
/** Characters that no path has but that parsers let pass: they are written as they should have been. */
const TO_ESCAPE = /["<>^`{|}]/;
/** A path that has none of these stays as it is: a segment that begins with a dot, an escape, something to change. */
const NEEDS_WORK = /\/\.|[%\\"<>^`{|}]/;
const ESCAPED_SLASH = /%(?:2f|5c)/i;
const ALL_ESCAPED_SLASHES = /%(?:2f|5c)/gi;
const ALL_SLASHES = /\/{2,}/g;

/** Whether the path part has an encoded slash or backslash. */
export function hasEscapedSlash(path: string): boolean {
  return path.includes("%") && ESCAPED_SLASH.test(pathPart(path));
}

/** `%2F` becomes `/` and `%5C` becomes `\`, in the path part. */
export function unescapeSlashes(path: string): string {
  return mapPathPart(path, unescapeAll);
}

/** Adjacent slashes of the path part become one. */
export function mergeSlashes(path: string): string {
  return path.includes("//") ? mapPathPart(path, mergeAll) : path;
}

/**
 * RFC 3986 6.2.2 as Envoy applies it: dot segments go, `\` is a slash, unreserved characters are decoded, other escapes
 * keep even their case, adjacent slashes stay. Null for a path with an encoded NUL, which means an end to many.
 * @param path begins with a slash
 */
export function normalizePath(path: string): string | null {
  if (!NEEDS_WORK.test(path)) return path;
  const part = pathPart(path);
  if (!NEEDS_WORK.test(part)) return path;
  if (part.includes("%00")) return null;
  return normalizeSegments(part) + path.slice(part.length);
}

function pathPart(path: string): string {
  const question = path.indexOf("?");
  return question < 0 ? path : path.slice(0, question);
}

function mapPathPart(path: string, map: (part: string) => string): string {
  const part = pathPart(path);
  return map(part) + path.slice(part.length);
}

function unescapeAll(part: string): string {
  return part.replace(ALL_ESCAPED_SLASHES, (triplet) => (triplet.charAt(1) === "2" ? "/" : "\\"));
}

function mergeAll(part: string): string {
  return part.replace(ALL_SLASHES, "/");
}

/** RFC 3986 5.2.4, on segments that are decoded first: an encoded dot is a dot. */
function normalizeSegments(part: string): string {
  const kept: string[] = [];
  const segments = part.replaceAll("\\", "/").slice(1).split("/");
  let endsWithSlash = false;
  for (let i = 0; i < segments.length; i++) {
    const segment = normalizeSegment(segments[i] as string);
    const isDots = segment === "." || segment === "..";
    if (segment === "..") kept.pop();
    if (!isDots) kept.push(segment);
    // What ends in a dot segment is a directory.
    else if (i === segments.length - 1) endsWithSlash = true;
  }
  return `/${kept.join("/")}${endsWithSlash && kept.length > 0 ? "/" : ""}`;
}

function normalizeSegment(segment: string): string {
  if (!segment.includes("%") && !TO_ESCAPE.test(segment)) return segment;
  let result = "";
  /** Where the result has a percent sign that begins no escape. */
  let barePercent = -1;
  for (let at = 0; at < segment.length; at++) {
    const code = segment.charCodeAt(at);
    if (code !== PERCENT) result += escapedIfNeeded(segment.charAt(at));
    else if (isEscape(segment, at)) {
      result += decodedIfUnreserved(segment.slice(at, at + 3));
      at += 2;
    } else {
      barePercent = result.length;
      result += "%";
    }
    // Decoding must not make an escape of what was none: a second look at it would read something else.
    if (barePercent >= 0 && result.length === barePercent + 3 && isEscape(result, barePercent)) {
      result = `${result.slice(0, barePercent)}%25${result.slice(barePercent + 1)}`;
      barePercent = -1;
    }
  }
  return result;
}

function isEscape(text: string, percentAt: number): boolean {
  return isHexAt(text, percentAt + 1) && isHexAt(text, percentAt + 2);
}

function isHexAt(text: string, at: number): boolean {
  return at < text.length && isHexCode(text.charCodeAt(at));
}

function escapedIfNeeded(character: string): string {
  return TO_ESCAPE.test(character) ? `%${character.charCodeAt(0).toString(16).toUpperCase()}` : character;
}

function decodedIfUnreserved(triplet: string): string {
  const character = String.fromCharCode(Number.parseInt(triplet.slice(1), 16));
  return character === "." || UNRESERVED.test(character) ? character : triplet;
}
