/*
 * The notation of blocks in test/wire/*.md. Every line ends with CRLF, unless it ends with a lone `\`, which stands for
 * no line end. Escapes: `\r \n \t \0 \\ \xNN`, `\{3*ab}` for `ababab`, and `\*` in expectations for any text up to the
 * end of the line. Everything else stands for itself and must be ASCII, so that a file's encoding changes nothing.
 */

/** Stands for `\*` in a decoded text: no latin1 character, so nothing that is sent can be mistaken for it. */
export const WILDCARD = "\ue000";

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ["r", "\r"],
  ["n", "\n"],
  ["t", "\t"],
  ["0", "\0"],
  ["\\", "\\"],
  ["*", WILDCARD],
]);

/** Decodes the lines of a block to latin1 text. Throws a message without a position. */
export function decodeWireText(lines: readonly string[]): string {
  return lines.map(decodeLine).join("");
}

function decodeLine(line: string): string {
  const [text, end] = decodeUntil(line, 0, null);
  return end === "backslash" ? text : `${text}\r\n`;
}

/** Decodes from `start` to `closing` or to the end of the line; says what ended it. */
function decodeUntil(line: string, start: number, closing: string | null): [string, number | "end" | "backslash"] {
  let text = "";
  let at = start;
  while (at < line.length) {
    const char = line.charAt(at);
    if (char === closing) return [text, at + 1];
    if (char > "~" || (char < " " && char !== "\t")) throw new Error(`write ${JSON.stringify(char)} as \\xNN`);
    if (char !== "\\") {
      text += char;
      at++;
      continue;
    }
    if (at + 1 === line.length) return [text, "backslash"];
    const [decoded, next] = decodeEscape(line, at + 1);
    text += decoded;
    at = next;
  }
  return [text, "end"];
}

/** Decodes the escape whose letter is at `at`; returns its text and the position behind it. */
function decodeEscape(line: string, at: number): [string, number] {
  const letter = line.charAt(at);
  const simple = SIMPLE_ESCAPES.get(letter);
  if (simple !== undefined) return [simple, at + 1];
  if (letter === "x") {
    const hex = line.slice(at + 1, at + 3);
    if (!/^[0-9a-fA-F]{2}$/.test(hex)) throw new Error(`\\x${hex} is not \\xNN`);
    return [String.fromCharCode(Number.parseInt(hex, 16)), at + 3];
  }
  if (letter === "{") return decodeRepetition(line, at + 1);
  throw new Error(`unknown escape \\${letter}`);
}

function decodeRepetition(line: string, at: number): [string, number] {
  const count = /^(\d{1,7})\*/.exec(line.slice(at));
  if (count === null) throw new Error("a repetition is written \\{count*text}");
  const [text, end] = decodeUntil(line, at + count[0].length, "}");
  if (typeof end !== "number") throw new Error("a repetition lacks its closing brace");
  return [text.repeat(Number(count[1])), end];
}
