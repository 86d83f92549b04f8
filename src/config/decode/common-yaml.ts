import { plainScalar } from "./plain-scalar.js";
import type { YamlEntry, YamlMap, YamlScalar, YamlValue } from "./yaml-value.js";

/**
 * Reads the YAML in which nearly all configurations are written, JSON included, straight into values: block maps and
 * lists, flow collections, scalars of one line, comments. It takes a fifth of the time and memory of the full parser,
 * which decides in every other case: null means that the text has something else (anchors, tags, block scalars, tabs,
 * several documents), or something wrong, which the full parser can tell. What is read here is exactly what that would
 * have given; a test with random texts compares them.
 */
export function readCommonYaml(text: string, maxDepth: number): YamlValue | null {
  // Tabs and carriage returns count differently in different places; other breaks are none in YAML 1.2.
  if (/[\t\r\0\uFEFF]/.test(text)) return null;
  try {
    return new CommonYaml(text, maxDepth).document();
  } catch (error) {
    if (error === UNCOMMON) return null;
    throw error;
  }
}

/** Thrown to leave the whole reader; no problem of the text. */
const UNCOMMON = new Error("not the common form of YAML");

const SPACE = 0x20;
const NEWLINE = 0x0a;
const HASH = 0x23;
const COLON = 0x3a;
const DASH = 0x2d;
const QUOTE = 0x22;
const APOSTROPHE = 0x27;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const CLOSE_LIST = 0x5d;
const OPEN_MAP = 0x7b;
const CLOSE_MAP = 0x7d;
const QUESTION_MARK = 0x3f;

/** A key without `?` is 1,024 characters long at most (YAML 1.2, section 8.2.2). */
const MAX_KEY = 1000;

/** Characters that begin something else than a plain scalar (YAML 1.2, section 5.3); `-`, `?` and `:` only sometimes. */
const INDICATORS = new Set([..."-?:,[]{}#&*!|>'\"%@`"].map((character) => character.charCodeAt(0)));
const FLOW_MARKS = new Set([COMMA, OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP]);

class CommonYaml {
  private readonly text: string;
  private readonly maxDepth: number;
  private at = 0;
  /** Column of the first character of the line that the reader stands on. */
  private indent = 0;

  constructor(text: string, maxDepth: number) {
    this.text = text;
    this.maxDepth = maxDepth;
  }

  document(): YamlValue {
    // One mark at the very beginning is a habit of many.
    this.nextLine(this.text.startsWith("---\n") ? 3 : 0);
    if (this.at === this.text.length) throw UNCOMMON;
    const value = this.block(-1, this.indent, 0);
    if (this.at !== this.text.length) throw UNCOMMON;
    return value;
  }

  /** Whatever begins here, at `column`, inside of something at `parent`. Ends at the next line that is not its own. */
  private block(parent: number, column: number, depth: number): YamlValue {
    if (depth >= this.maxDepth) throw UNCOMMON;
    const code = this.text.charCodeAt(this.at);
    if (code === DASH && this.isGap(this.at + 1)) return this.list(column, depth);
    if (code !== OPEN_LIST && code !== OPEN_MAP && this.beginsEntry()) return this.map(column, depth);
    return this.inline(parent, depth);
  }

  private list(column: number, depth: number): YamlValue {
    const offset = this.at;
    const items: YamlValue[] = [];
    while (this.indent === column && this.text.charCodeAt(this.at) === DASH && this.isGap(this.at + 1)) {
      const dash = this.at;
      this.at = this.skipSpaces(dash + 1);
      if (!this.isLineEnd(this.at)) {
        // What follows on the line counts as if it stood alone in its column.
        const inner = column + this.at - dash;
        this.indent = inner;
        items.push(this.block(column, inner, depth + 1));
      } else {
        const empty = this.at;
        this.nextLine(this.at);
        items.push(this.indent > column ? this.block(column, this.indent, depth + 1) : plainScalar("", empty));
      }
      if (this.indent > column) throw UNCOMMON;
    }
    return { kind: "list", offset, items };
  }

  private map(column: number, depth: number): YamlMap {
    const offset = this.at;
    const entries: YamlEntry[] = [];
    const keys = new Set<string>();
    while (this.indent === column && this.at < this.text.length) {
      const key = this.key(keys);
      this.at = this.skipSpaces(this.at + 1);
      let value: YamlValue;
      if (!this.isLineEnd(this.at)) {
        if (this.text.charCodeAt(this.at) === DASH && this.isGap(this.at + 1)) throw UNCOMMON;
        value = this.inline(column, depth + 1);
      } else {
        const empty = this.at;
        this.nextLine(this.at);
        const isList = this.text.charCodeAt(this.at) === DASH && this.isGap(this.at + 1);
        if (this.indent > column) value = this.block(column, this.indent, depth + 1);
        else if (this.indent === column && isList) value = this.list(column, depth + 1);
        else value = plainScalar("", empty);
      }
      entries.push({ key: key.source, keyOffset: key.offset, value });
      if (this.indent > column) throw UNCOMMON;
    }
    return { kind: "map", offset, entries };
  }

  /** A key up to its colon. Keys that stand there twice, and those that merge, are left to the full parser. */
  private key(keys: Set<string>): YamlScalar {
    const offset = this.at;
    const key = this.isQuote(this.at) ? this.quoted() : this.plainTo(this.plainEnd(offset, false));
    this.at = this.skipSpaces(this.at);
    if (this.text.charCodeAt(this.at) !== COLON || !this.isGap(this.at + 1)) throw UNCOMMON;
    if (key.source === "" || key.source === "<<" || keys.has(key.source)) throw UNCOMMON;
    if (this.at - offset > MAX_KEY) throw UNCOMMON;
    keys.add(key.source);
    return key;
  }

  /** A value that begins on this line, the rest of which is a comment at most. */
  private inline(parent: number, depth: number): YamlValue {
    const value = this.flowValue(parent, depth, false);
    const end = this.skipSpaces(this.at);
    if (!this.isLineEnd(end) || (end === this.at && this.text.charCodeAt(end) === HASH)) throw UNCOMMON;
    this.nextLine(end);
    // The line would go on with the scalar.
    if (this.indent > parent && this.at < this.text.length) throw UNCOMMON;
    return value;
  }

  private flowValue(parent: number, depth: number, inFlow: boolean): YamlValue {
    const code = this.text.charCodeAt(this.at);
    if (code === OPEN_MAP) return this.flowMap(parent, depth);
    if (code === OPEN_LIST) return this.flowList(parent, depth);
    if (code === QUOTE || code === APOSTROPHE) return this.quoted();
    return this.plainTo(this.plainEnd(this.at, inFlow));
  }

  private flowList(parent: number, depth: number): YamlValue {
    const offset = this.at++;
    const items: YamlValue[] = [];
    for (
      let code = this.flowGap(parent, depth);
      code !== CLOSE_LIST;
      code = this.separator(CLOSE_LIST, parent, depth)
    ) {
      items.push(this.flowValue(parent, depth + 1, true));
    }
    this.at++;
    return { kind: "list", offset, items };
  }

  private flowMap(parent: number, depth: number): YamlValue {
    const offset = this.at++;
    const entries: YamlEntry[] = [];
    const keys = new Set<string>();
    for (let code = this.flowGap(parent, depth); code !== CLOSE_MAP; code = this.separator(CLOSE_MAP, parent, depth)) {
      const wasQuoted = this.isQuote(this.at);
      const key = wasQuoted ? this.quoted() : this.plainTo(this.plainEnd(this.at, true));
      if (key.source === "" || key.source === "<<" || keys.has(key.source)) throw UNCOMMON;
      keys.add(key.source);
      this.at = this.skipSpaces(this.at);
      if (this.text.charCodeAt(this.at) !== COLON || this.at - key.offset > MAX_KEY) throw UNCOMMON;
      // JSON has no space behind the colon; without quotes that would be a part of the scalar.
      if (!wasQuoted && !this.isGap(this.at + 1)) throw UNCOMMON;
      this.at++;
      const next = this.flowGap(parent, depth);
      if (next === COMMA || next === CLOSE_MAP) throw UNCOMMON;
      entries.push({ key: key.source, keyOffset: key.offset, value: this.flowValue(parent, depth + 1, true) });
    }
    this.at++;
    return { kind: "map", offset, entries };
  }

  /** Behind an item: a comma, or the end. */
  private separator(close: number, parent: number, depth: number): number {
    const code = this.flowGap(parent, depth);
    if (code === close) return code;
    if (code !== COMMA) throw UNCOMMON;
    this.at++;
    return this.flowGap(parent, depth);
  }

  /** Passes over spaces and line breaks inside of a flow collection; the character behind them. */
  private flowGap(parent: number, depth: number): number {
    if (depth >= this.maxDepth) throw UNCOMMON;
    const { text } = this;
    for (;;) {
      this.at = this.skipSpaces(this.at);
      if (text.charCodeAt(this.at) !== NEWLINE) break;
      this.at++;
      const start = this.at;
      this.at = this.skipSpaces(start);
      if (text.charCodeAt(this.at) !== NEWLINE && this.at - start <= parent) throw UNCOMMON;
      if (this.at === start && this.isDocumentMark(start)) throw UNCOMMON;
    }
    const code = text.charCodeAt(this.at);
    if (Number.isNaN(code) || code === HASH) throw UNCOMMON;
    return code;
  }

  private plainTo(end: number): YamlScalar {
    const offset = this.at;
    let last = end;
    while (last > offset && this.text.charCodeAt(last - 1) === SPACE) last--;
    if (last === offset) throw UNCOMMON;
    this.at = last;
    return plainScalar(this.text.slice(offset, last), offset);
  }

  /** Where a plain scalar ends, with the spaces behind it. */
  private plainEnd(start: number, inFlow: boolean): number {
    const { text } = this;
    const first = text.charCodeAt(start);
    if (INDICATORS.has(first)) {
      const allowed = first === DASH || ((first === QUESTION_MARK || first === COLON) && !inFlow);
      if (!allowed || this.isGap(start + 1) || FLOW_MARKS.has(text.charCodeAt(start + 1))) throw UNCOMMON;
    }
    let end = start;
    for (; end < text.length; end++) {
      const code = text.charCodeAt(end);
      if (code === NEWLINE) break;
      if (code === COLON && this.endsKey(end, inFlow)) break;
      if (code === HASH && text.charCodeAt(end - 1) === SPACE) break;
      if (inFlow && FLOW_MARKS.has(code)) break;
    }
    if (inFlow && text.charCodeAt(end) !== COLON) this.expectFlowMark(end);
    return end;
  }

  /** In a flow collection the next line goes on with the scalar, unless it begins with a mark. */
  private expectFlowMark(from: number): void {
    let at = from;
    for (let code = this.text.charCodeAt(at); code === SPACE || code === NEWLINE; ) code = this.text.charCodeAt(++at);
    if (!FLOW_MARKS.has(this.text.charCodeAt(at))) throw UNCOMMON;
  }

  private endsKey(colon: number, inFlow: boolean): boolean {
    return this.isGap(colon + 1) || (inFlow && FLOW_MARKS.has(this.text.charCodeAt(colon + 1)));
  }

  /** A string in quotes on one line, with the escapes that JSON has. */
  private quoted(): YamlScalar {
    const { text } = this;
    const offset = this.at;
    const quote = text.charCodeAt(offset);
    let end = offset + 1;
    for (let code = text.charCodeAt(end); code !== quote; code = text.charCodeAt(++end)) {
      if (code === NEWLINE || end >= text.length) throw UNCOMMON;
      if (code === BACKSLASH && quote === QUOTE) end++;
    }
    // A doubled apostrophe stands for one.
    if (quote === APOSTROPHE && text.charCodeAt(end + 1) === APOSTROPHE) throw UNCOMMON;
    const raw = text.slice(offset + 1, end);
    const value = quote === QUOTE && raw.includes("\\") ? unescaped(raw) : raw;
    this.at = end + 1;
    return { kind: "scalar", offset, value, source: value, quoted: true };
  }

  /** Whether the line goes on with a key: a scalar, a colon and a gap. */
  private beginsEntry(): boolean {
    const start = this.at;
    if (this.isQuote(start)) this.quoted();
    else this.at = this.plainEnd(start, false);
    this.at = this.skipSpaces(this.at);
    const found = this.text.charCodeAt(this.at) === COLON && this.isGap(this.at + 1);
    this.at = start;
    return found;
  }

  /** Goes from the end of a line's content to the content of the next line that has some, or to the end. */
  private nextLine(from: number): void {
    let start = from === 0 ? 0 : this.lineBehind(from);
    while (start < this.text.length) {
      const content = this.skipSpaces(start);
      if (!this.isLineEnd(content)) {
        if (this.isDocumentMark(start)) throw UNCOMMON;
        this.at = content;
        this.indent = content - start;
        return;
      }
      start = this.lineBehind(content);
    }
    this.at = this.text.length;
    this.indent = -1;
  }

  private lineBehind(at: number): number {
    const end = this.text.indexOf("\n", at);
    return end === -1 ? this.text.length : end + 1;
  }

  /** `---`, `...` and `%` at the beginning of a line belong to streams of documents. */
  private isDocumentMark(start: number): boolean {
    const { text } = this;
    return text.startsWith("---", start) || text.startsWith("...", start) || text.startsWith("%", start);
  }

  private skipSpaces(from: number): number {
    let at = from;
    while (this.text.charCodeAt(at) === SPACE) at++;
    return at;
  }

  private isQuote(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return code === QUOTE || code === APOSTROPHE;
  }

  /** Whether a space or the end of the line is there. */
  private isGap(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return code === SPACE || code === NEWLINE || at >= this.text.length;
  }

  /** Whether nothing but a comment is left of the line. */
  private isLineEnd(at: number): boolean {
    const code = this.text.charCodeAt(at);
    return code === NEWLINE || code === HASH || at >= this.text.length;
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON wants them escaped
const ESCAPES = /^(?:[^\\"\u0000-\u001f]|\\["\\/bfnrt]|\\u[0-9a-fA-F]{4})*$/;

/** What YAML and JSON both read the same way. */
function unescaped(raw: string): string {
  if (!ESCAPES.test(raw)) throw UNCOMMON;
  return String(JSON.parse(`"${raw}"`));
}
