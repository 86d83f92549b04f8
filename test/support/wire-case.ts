import { parse as parseYaml } from "yaml";
import { decodeWireSettings, type WireSettings } from "./wire-settings.js";
import { shorthandOf } from "./wire-shorthand.js";
import { decodeWireText, WILDCARD } from "./wire-text.js";

/*
 * Reads the cases of test/wire/*.md; the format is described in test/wire/README.md.
 */

/** What one side does besides sending its bytes. */
export type WireEnding = "none" | "fin" | "reset";

interface StepBase {
  /** Line of the block in its file, for failures. */
  readonly line: number;
}

/** Steps are taken in order; after each that acts, the simulation runs until nothing is on its way. */
export type WireStep =
  /** The client sends. */
  | (StepBase & { readonly kind: "client"; readonly bytes: string; readonly ending: WireEnding })
  /** The origin has received exactly this since the last such step, on the connection of this number. */
  | (StepBase & { readonly kind: "upstream"; readonly expected: string; readonly connection: number })
  /** The origin sends. */
  | (StepBase & {
      readonly kind: "reply";
      readonly bytes: string;
      readonly connection: number;
      readonly ending: WireEnding;
    })
  /** The client has received exactly this since the last such step. */
  | (StepBase & { readonly kind: "gets"; readonly expected: string })
  /** What the origin has received since the last such step is no complete message, nor a part of another one. */
  | (StepBase & { readonly kind: "unfinished"; readonly connection: number })
  /** Time passes. */
  | (StepBase & { readonly kind: "wait"; readonly ms: number });

/** How everything stands in the end. */
export interface WireOutcome extends StepBase {
  readonly client: "open" | "closed" | "reset";
  /**
   * Each upstream connection that was made, `open` or `gone`, comma-joined; `none` when there were none, null when it is
   * not said. FIN and RST are not told apart: which one comes depends on what the origin had on its way.
   */
  readonly upstream: string | null;
  /** Access-log lines in order: response code, flags, details. */
  readonly log: readonly string[];
}

export interface WireCase {
  /** The heading of its section, which may have several cases. */
  readonly section: string;
  readonly title: string;
  readonly line: number;
  readonly settings: WireSettings;
  readonly steps: readonly WireStep[];
  readonly outcome: WireOutcome;
}

/** A file does not follow the format. */
export class WireCaseError extends Error {
  override readonly name = "WireCaseError";
}

interface Block {
  /** The words of the line that opens the block. */
  readonly words: readonly string[];
  readonly lines: readonly string[];
  readonly line: number;
}

/** Parses one file. `fileName` stands in errors. */
export function parseWireCases(markdown: string, fileName: string): WireCase[] {
  try {
    return splitCases(markdown).flatMap(buildCases);
  } catch (error) {
    if (!(error instanceof PositionedError)) throw error;
    throw new WireCaseError(`${fileName}:${error.line}: ${error.message}`, { cause: error });
  }
}

/** An error whose file the caller knows. */
class PositionedError extends Error {
  override readonly name = "PositionedError";
  readonly line: number;

  constructor(message: string, at: { readonly line: number; readonly cause?: unknown }) {
    super(message, { cause: at.cause });
    this.line = at.line;
  }
}

// ---- Markdown

interface Section {
  readonly title: string;
  readonly line: number;
  readonly blocks: Block[];
}

const FENCE = "```";

/** A second-level heading begins a case; what stands before the first one is introduction. */
function splitCases(markdown: string): Section[] {
  const sections: Section[] = [];
  const lines = markdown.split("\n");
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] as string;
    if (line.startsWith("## ")) {
      sections.push({ title: line.slice(3).trim(), line: at + 1, blocks: [] });
    } else if (line.startsWith(FENCE)) {
      const end = lines.indexOf(FENCE, at + 1);
      if (end < 0) throw new PositionedError("a block that is not closed", { line: at + 1 });
      const section = sections[sections.length - 1];
      if (section === undefined) throw new PositionedError("a block before the first case", { line: at + 1 });
      const words = line.slice(FENCE.length).trim().split(/\s+/);
      section.blocks.push({ words, lines: lines.slice(at + 1, end), line: at + 1 });
      at = end;
    }
  }
  return sections;
}

// ---- blocks to steps

function buildCases(section: Section): WireCase[] {
  const blocks = [...section.blocks];
  const settings = blocks[0]?.words[0] === "yaml" ? positioned(blocks[0], decodeSettings) : decodeWireSettings({});
  if (blocks[0]?.words[0] === "yaml") blocks.shift();
  if (shorthandOf(blocks[0]?.words[0] ?? "") === undefined) return [buildCase(section, settings, blocks)];
  return blocks.map((block, index) => {
    const title = blocks.length === 1 ? section.title : `${section.title}: ${index + 1}`;
    return {
      section: section.title,
      title,
      line: block.line,
      settings,
      ...positioned(block, (it) => expandBlock(it, settings)),
    };
  });
}

/** A section is one case, or a list of shorthands that are a case each. */
function expandBlock(block: Block, settings: WireSettings): Pick<WireCase, "steps" | "outcome"> {
  const [name = "", ...words] = block.words;
  const expand = shorthandOf(name);
  if (expand === undefined) throw new Error(`${JSON.stringify(name)} does not stand beside shorthands`);
  const bytes = withoutWildcard(decodeWireText(block.lines));
  return expand({ words, bytes, line: block.line, settings });
}

function buildCase(section: Section, settings: WireSettings, blocks: Block[]): WireCase {
  const last = blocks.pop();
  if (last?.words[0] !== "expect")
    throw new PositionedError("a case ends with an expect block", { line: section.line });
  if (blocks[0]?.words[0] !== "client")
    throw new PositionedError("a case begins with a client block", { line: section.line });
  const steps: WireStep[] = [];
  let connection = 1;
  for (const block of blocks) {
    const step = positioned(block, (it) => buildStep(it, connection));
    // A connection's number holds until another one is named.
    if (step.kind === "upstream" || step.kind === "reply") connection = step.connection;
    steps.push(step);
  }
  const { title, line } = section;
  return { section: title, title, line, settings, steps, outcome: positioned(last, decodeOutcome) };
}

function positioned<T>(block: Block, build: (block: Block) => T): T {
  try {
    return build(block);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new PositionedError(message, { line: block.line, cause: error });
  }
}

function buildStep(block: Block, connection: number): WireStep {
  const [kind = "", ...words] = block.words;
  const line = block.line;
  const text = decodeWireText(block.lines);
  switch (kind) {
    case "client":
      return { kind, line, bytes: withoutWildcard(text), ending: takeEnding(words) };
    case "upstream":
      return { kind, line, expected: text, connection: takeConnection(words, connection) };
    case "reply": {
      const number = takeConnection(words.slice(0, 1), connection);
      const rest = /^\d+$/.test(words[0] ?? "") ? words.slice(1) : words;
      return { kind, line, bytes: withoutWildcard(text), connection: number, ending: takeEnding(rest) };
    }
    case "gets":
      if (words.length > 0) throw new Error(`unknown word ${words[0]}`);
      return { kind, line, expected: text };
    case "wait": {
      const ms = Number(words[0]);
      if (words.length !== 2 || words[1] !== "ms" || !(ms > 0)) throw new Error("a wait is written: wait 100 ms");
      return { kind, line, ms };
    }
    default:
      throw new Error(`unknown block ${JSON.stringify(kind)}`);
  }
}

function withoutWildcard(text: string): string {
  if (text.includes(WILDCARD)) throw new Error("\\* is for expectations");
  return text;
}

/** The word `fin` or `reset`, if it is there. */
function takeEnding(words: readonly string[]): WireEnding {
  const [word, ...rest] = words;
  if (word === undefined) return "none";
  if (rest.length > 0 || (word !== "fin" && word !== "reset")) throw new Error(`unknown words ${words.join(" ")}`);
  return word;
}

/** The number of an upstream connection, if the first word is one; the first connection is 1. */
function takeConnection(words: readonly string[], otherwise: number): number {
  const word = words[0] ?? "";
  if (word === "" || word === "fin" || word === "reset") return otherwise;
  if (!/^[1-9]\d?$/.test(word)) throw new Error(`${JSON.stringify(word)} is no connection number`);
  return Number(word);
}

// ---- YAML

function decodeSettings(block: Block): WireSettings {
  return decodeWireSettings(decodeYamlMap(block));
}

function decodeYamlMap(block: Block): Record<string, unknown> {
  const value: unknown = parseYaml(block.lines.join("\n"));
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Error("expected a YAML map");
  return { ...value };
}

function decodeOutcome(block: Block): WireOutcome {
  const { client, upstream = null, log, ...rest } = decodeYamlMap(block);
  const unknown = Object.keys(rest)[0];
  if (unknown !== undefined) throw new Error(`unknown key ${unknown}`);
  if (client !== "open" && client !== "closed" && client !== "reset") {
    throw new Error("client is open, closed or reset");
  }
  if (upstream !== null && !isFates(upstream)) throw new Error("upstream is none, or a list such as: gone, open");
  if (!isTextList(log)) throw new Error("log is a list of texts, which may be empty");
  return { line: block.line, client, upstream, log: log.map((line) => line.replaceAll("\\*", WILDCARD)) };
}

function isFates(value: unknown): value is string {
  return typeof value === "string" && /^(none|(open|gone)(, (open|gone))*)$/.test(value);
}

function isTextList(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === "string");
}
