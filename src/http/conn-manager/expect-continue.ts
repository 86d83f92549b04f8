import { HeaderMap } from "../headers/header-map.js";

/**
 * Takes the expectation out of a request whose client waits for leave to send its body. Returns the leave
 * to be given at once; null when the client waits for nothing.
 */
export function answerToExpectation(headers: HeaderMap, endStream: boolean): HeaderMap | null {
  if (headers.get("expect")?.toLowerCase() !== "100-continue") return null;
  headers.remove("expect");
  if (endStream) return null;
  const proceed = new HeaderMap();
  proceed.status = 100;
  return proceed;
}
