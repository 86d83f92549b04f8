/*
 * Bytes as readable text and back: `\r`, `\n`, `\t`, `\0`, `\\` and `\xNN`. Used in failure messages and in the cases of
 * test/wire. Texts are latin1 throughout: one character for each byte.
 */

const SHORT_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["\r", "\\r"],
  ["\n", "\\n"],
  ["\t", "\\t"],
  ["\0", "\\0"],
  ["\\", "\\\\"],
]);

/** Shows every byte; line ends also end the line, so that messages are read line by line. */
export function showBytes(bytes: Buffer | string): string {
  const text = typeof bytes === "string" ? bytes : bytes.toString("latin1");
  let shown = "";
  for (const char of text) {
    shown += SHORT_ESCAPES.get(char) ?? (isPrintable(char) ? char : `\\x${hex(char)}`);
    if (char === "\n") shown += "\n";
  }
  return shown;
}

/** As `showBytes`, at most about `limit` characters, the middle left out. */
export function showBriefly(bytes: Buffer | string, limit = 2_000): string {
  const shown = showBytes(bytes);
  if (shown.length <= limit) return shown;
  const half = limit >> 1;
  return `${shown.slice(0, half)} [... ${shown.length - limit} more ...] ${shown.slice(-half)}`;
}

function isPrintable(char: string): boolean {
  return char >= " " && char <= "~";
}

function hex(char: string): string {
  return char.charCodeAt(0).toString(16).padStart(2, "0");
}
