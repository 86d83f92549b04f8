/** A header field as it stood on the wire, the name in lower case. */
export type HeaderField = readonly [name: string, value: string];

/** The head of an HTTP/1 message. */
export interface HttpHead {
  /** `GET / HTTP/1.1`, `HTTP/1.1 200 OK`. */
  readonly startLine: string;
  readonly fields: readonly HeaderField[];
}

/** Reads the head at the start of what was written; null when it is not complete. */
export function readHead(written: string): HttpHead | null {
  const end = written.indexOf("\r\n\r\n");
  if (end < 0) return null;
  const [startLine = "", ...lines] = written.slice(0, end).split("\r\n");
  const fields = lines.map((line): HeaderField => {
    const colon = line.indexOf(":");
    return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
  });
  return { startLine, fields };
}

/** What of a head was changed into another one, by name; several values of a name count as one list. */
export interface HeaderChange {
  readonly name: string;
  /** Empty when the header was not there before. */
  readonly before: readonly string[];
  /** Empty when it is gone. */
  readonly after: readonly string[];
}

export function headerChanges(before: readonly HeaderField[], after: readonly HeaderField[]): HeaderChange[] {
  const names = new Set([...before, ...after].map(([name]) => name));
  return [...names]
    .map((name) => ({ name, before: valuesOf(before, name), after: valuesOf(after, name) }))
    .filter(({ before: old, after: now }) => old.length !== now.length || old.join("\n") !== now.join("\n"));
}

function valuesOf(fields: readonly HeaderField[], name: string): string[] {
  return fields.filter(([candidate]) => candidate === name).map(([, value]) => value);
}
