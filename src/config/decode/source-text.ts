/** What a line of an excerpt may be long before it is cut around the column. */
const EXCERPT_WIDTH = 120;

/** The text of one configuration file, with its lines. Problems and the source map speak of it by offset. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  /** Offset of the first character of each line. */
  private readonly lineStarts: readonly number[];

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.lineStarts = lineStartsOf(text);
  }

  /** Line and column, both from 1. */
  lineAndColumn(offset: number): { readonly line: number; readonly column: number } {
    const index = this.lineIndex(offset);
    return { line: index + 1, column: offset - (this.lineStarts[index] ?? 0) + 1 };
  }

  /** The line of an offset and a caret below its column, both indented by two. */
  excerpt(offset: number): string {
    const index = this.lineIndex(offset);
    const start = this.lineStarts[index] ?? 0;
    const end = this.lineStarts[index + 1] ?? this.text.length;
    const line = this.text.slice(start, end).trimEnd();
    if (line.trim() === "") return "";
    const column = Math.min(offset - start, line.length);
    // JSON on a single line can be very long: show what is around the column.
    const from = column > EXCERPT_WIDTH - 20 ? column - EXCERPT_WIDTH / 2 : 0;
    const shown = line.slice(from, from + EXCERPT_WIDTH);
    // Tabs stay tabs below, so that the caret stands right however wide they are shown.
    const padding = shown.slice(0, column - from).replace(/[^\t]/g, " ");
    return `  ${shown}\n  ${padding}^`;
  }

  private lineIndex(offset: number): number {
    let low = 0;
    let high = this.lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

function lineStartsOf(text: string): number[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return starts;
}
