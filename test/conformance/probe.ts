import type { Site } from "./site.js";

/** MUST and SHOULD as in the section; `wanted`: no requirement, but what users of a proxy rely on. */
export type Level = "MUST" | "SHOULD" | "wanted";

/** One question to a proxy. */
export interface Probe {
  /** What a proxy that passes does. */
  readonly title: string;
  /** The section that asks for it. */
  readonly section: string;
  readonly level: Level;
  /** Throws a `Finding` with what was seen when the proxy does otherwise. */
  run(site: Site): Promise<void>;
}

/** Probes about one thing, under one heading of the report. */
export interface ProbeGroup {
  readonly title: string;
  readonly probes: readonly Probe[];
}

/** A good response to anything. */
export const OK = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";

/** A head: the lines, each with its end, and the empty line. */
export function head(...lines: string[]): string {
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** A GET of a path with further field lines. */
export function get(...lines: string[]): string {
  return head("GET /probe HTTP/1.1", "Host: a.example", ...lines);
}
