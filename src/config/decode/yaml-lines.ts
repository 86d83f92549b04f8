/** A line of a YAML text that has content. */
export interface YamlLine {
  /** From 1. */
  readonly number: number;
  /** Offset of its first character. */
  readonly start: number;
  readonly text: string;
  /** Column of the first character that is no space, from 0. */
  readonly indent: number;
  /** Column of the first key: behind the dashes of list items. */
  readonly keyColumn: number;
  /** Without indentation and trailing spaces. */
  readonly content: string;
}

/** A column in which something that is open goes on: a map's keys or a list's items. */
export interface Level {
  readonly column: number;
  readonly isList: boolean;
}

/** The lines that are neither empty nor comments. */
export function linesOf(text: string): YamlLine[] {
  const lines: YamlLine[] = [];
  let start = 0;
  for (const [index, line] of text.split("\n").entries()) {
    const content = line.trim();
    if (content !== "" && !content.startsWith("#")) {
      const indent = line.search(/\S/);
      const keyColumn = indent + (/^(?:- +)*/.exec(content)?.[0].length ?? 0);
      lines.push({ number: index + 1, start, text: line, indent, keyColumn, content });
    }
    start += line.length + 1;
  }
  return lines;
}

/** What is open before a line, outermost first, going by the indentation of the lines above. */
export function levelsAt(lines: readonly YamlLine[], index: number): Level[] {
  let levels: Level[] = [];
  for (const line of lines.slice(0, index)) {
    levels = levels.filter(({ column }) => column <= line.indent);
    for (let column = line.indent; column <= line.keyColumn; column++) {
      const isList = column < line.keyColumn && line.text[column] === "-";
      const isMap = column === line.keyColumn;
      if (!isList && !isMap) continue;
      // A list can stand in the column of the key that it belongs to.
      if (!levels.some((level) => level.column === column && level.isList === isList)) levels.push({ column, isList });
    }
    // A list in its key's column ends with the next key there.
    if (!line.content.startsWith("- ")) {
      levels = levels.filter(({ column, isList }) => !(isList && column === line.indent));
    }
  }
  return levels;
}
