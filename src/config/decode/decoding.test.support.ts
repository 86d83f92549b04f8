import type { Message } from "@bufbuild/protobuf";
import type { ConfigProblem } from "./config-problem.js";
import { DescriptorStore } from "./descriptor-store.js";
import { MessageDecoder } from "./message-decoder.js";
import { ProblemList } from "./problem-list.js";
import { MessageSource, SourceMap } from "./source-map.js";
import { SourceText } from "./source-text.js";
import { parseYaml } from "./yaml-document.js";
import type { YamlValue } from "./yaml-value.js";

export interface Decoded {
  readonly message: Message | null;
  readonly sourceMap: SourceMap;
  readonly problems: readonly ConfigProblem[];
  /** The problems as `line:column path: message -> suggestion`. */
  readonly lines: readonly string[];
}

/** Decodes a text as a message of the given type, without any check of its content. */
export function decode(typeName: string, text: string): Decoded {
  const problems = new ProblemList();
  const sourceMap = new SourceMap();
  const descriptors = DescriptorStore.packed();
  const source = new SourceText("test.yaml", text);
  const root = parseYaml(source, problems);
  const desc = descriptors.requireMessage(typeName);
  const decoder = new MessageDecoder(descriptors, sourceMap, problems);
  const message =
    root === null ? null : decoder.decodeMessage(desc, root, new MessageSource(source, root.offset, desc, null, ""));
  decoder.reportUnknownTypes(false);
  return { message, sourceMap, problems: problems.sorted(), lines: linesOf(problems) };
}

/** The parsed text, and its problems as lines. */
export function parse(text: string): { value: YamlValue | null; lines: string[] } {
  const problems = new ProblemList();
  const value = parseYaml(new SourceText("test.yaml", text), problems);
  return { value, lines: linesOf(problems) };
}

/** A parsed value as plain data, to compare it. */
export function plain(value: YamlValue | null): unknown {
  if (value === null) return undefined;
  if (value.kind === "scalar") return value.value;
  if (value.kind === "list") return value.items.map(plain);
  return Object.fromEntries(value.entries.map((entry) => [entry.key, plain(entry.value)]));
}

function linesOf(problems: ProblemList): string[] {
  return problems.sorted().map(({ line, column, path, message, suggestion }) => {
    const end = suggestion === "" ? "" : ` -> ${suggestion}`;
    return `${line}:${column}${path === "" ? "" : ` ${path}`}: ${message}${end}`;
  });
}
