/** Characters behind which a quote or a bracket begins something; elsewhere it is a part of a word, as in `it's`. */
const OPENS_BEHIND = " \t\n[{,:-";

/** Offset of the first quote that is not closed on its line, or null. */
export function openQuote(text: string): number | null {
  let start = 0;
  for (const line of text.split("\n")) {
    const open = scan(line, () => {});
    if (open !== null) return start + open;
    start += line.length + 1;
  }
  return null;
}

/** Offset of the innermost bracket before `end` that is not closed, or null. */
export function openFlow(text: string, end: number): number | null {
  const open: number[] = [];
  let start = 0;
  for (const line of text.slice(0, end).split("\n")) {
    const lineStart = start;
    scan(line, (at) => {
      const character = line[at] ?? "";
      if ((character === "{" || character === "[") && opensAt(line, at)) open.push(lineStart + at);
      else if ((character === "}" || character === "]") && open.length > 0) open.pop();
    });
    start += line.length + 1;
  }
  return open.at(-1) ?? null;
}

/** Calls `visit` for what is outside of quotes and comments. The column of a quote that stays open, or null. */
function scan(line: string, visit: (at: number) => void): number | null {
  let opened: number | null = null;
  for (let at = 0; at < line.length; at++) {
    const character = line[at] ?? "";
    if (opened !== null) {
      if (character === "\\" && line[opened] === '"') at++;
      else if (character === line[opened]) opened = null;
    } else if (character === "#" && opensAt(line, at)) return null;
    else if ((character === '"' || character === "'") && opensAt(line, at)) opened = at;
    else visit(at);
  }
  return opened;
}

function opensAt(line: string, at: number): boolean {
  return at === 0 || OPENS_BEHIND.includes(line[at - 1] ?? "");
}
