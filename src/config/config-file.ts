import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import type { ProblemList } from "./decode/problem-list.js";
import { SourceText } from "./decode/source-text.js";
import { parseYaml } from "./decode/yaml-document.js";
import type { YamlValue } from "./decode/yaml-value.js";

/** Stands for standard input where a file is asked for, and what its problems name as the file. */
const STDIN_PATH = "-";
const STDIN_NAME = "<stdin>";

/** Reads a file; `-` is standard input. Null with an error when it is no text. */
export function readConfigFile(path: string, problems: ProblemList): SourceText | null {
  const name = path === STDIN_PATH ? STDIN_NAME : path;
  try {
    const bytes = readFileSync(path === STDIN_PATH ? 0 : path);
    if (isUtf8(bytes)) return configText(name, bytes.toString("utf8"));
    problems.fileError(name, "is not UTF-8 text");
    return null;
  } catch (error) {
    problems.fileError(name, `cannot be read: ${error instanceof Error ? error.message : String(error)}`);
    return null;
  }
}

/** A text by the name that its problems give it. A byte order mark would shift the columns of its first line. */
export function configText(name: string, text: string): SourceText {
  return new SourceText(name, text.startsWith("\uFEFF") ? text.slice(1) : text);
}

/** YAML or JSON. Null with an error when it is neither, or empty. */
export function parseConfigText(text: SourceText, problems: ProblemList): YamlValue | null {
  const root = parseYaml(text, problems);
  if (root === null) return null;
  if (root.kind === "scalar" && root.source === "" && !root.quoted) {
    problems.fileError(text.file, "is empty");
    return null;
  }
  return root;
}
