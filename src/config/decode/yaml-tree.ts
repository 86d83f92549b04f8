import type { Alias, Document, Node, Pair, YAMLMap } from "yaml";
import { fieldPath } from "./field-path.js";
import type { ProblemList } from "./problem-list.js";
import type { SourceText } from "./source-text.js";
import { yamlPackage } from "./yaml-package.js";
import type { YamlEntry, YamlScalar, YamlValue } from "./yaml-value.js";

/** Values that all aliases of a document together may stand for. Ten lines of aliases can otherwise mean billions. */
const MAX_ALIASED_VALUES = 100_000;

/** A value with what its aliases cost: how many values it stands for, and how many levels lie below it. */
interface Built {
  readonly value: YamlValue;
  readonly size: number;
  readonly height: number;
}

/** Turns the nodes of the `yaml` package into plain values: resolves aliases and merge keys, finds duplicate keys. */
export class YamlTree {
  private readonly source: SourceText;
  private readonly problems: ProblemList;
  private readonly maxDepth: number;
  private readonly anchors = new Map<string, Built | "open">();
  private aliasedValues = 0;
  private readonly yaml = yamlPackage();

  constructor(source: SourceText, problems: ProblemList, maxDepth: number) {
    this.source = source;
    this.problems = problems;
    this.maxDepth = maxDepth;
  }

  /** An empty document is a scalar with null. */
  build(document: Document): YamlValue {
    const root = document.contents;
    if (root === null || !this.yaml.isNode(root)) return this.absent(0).value;
    return this.node(root, 0, "").value;
  }

  private node(node: Node, depth: number, path: string): Built {
    if (this.yaml.isAlias(node)) return this.alias(node, depth, path);
    const anchor = "anchor" in node && typeof node.anchor === "string" ? node.anchor : "";
    if (anchor !== "") this.anchors.set(anchor, "open");
    const built = this.content(node, depth, path);
    if (anchor !== "") this.anchors.set(anchor, built);
    return built;
  }

  private content(node: Node, depth: number, path: string): Built {
    const offset = offsetOf(node);
    if (this.yaml.isMap(node)) return this.map(node, offset, depth, path);
    if (this.yaml.isSeq(node)) {
      const items: YamlValue[] = [];
      let size = 1;
      let height = 0;
      for (const item of node.items) {
        const itemPath = `${path}[${items.length}]`;
        const built = this.yaml.isNode(item) ? this.node(item, depth + 1, itemPath) : this.absent(offset);
        items.push(built.value);
        size += built.size;
        height = Math.max(height, built.height + 1);
      }
      return { value: { kind: "list", offset, items }, size, height };
    }
    return { value: scalarOf(node, offset), size: 1, height: 0 };
  }

  private map(node: YAMLMap, offset: number, depth: number, path: string): Built {
    const entries = new Map<string, YamlEntry>();
    const merged: YamlValue[] = [];
    let size = 1;
    let height = 0;
    for (const pair of node.items) {
      const key = this.key(pair, offset, path);
      if (key === null) continue;
      const at = fieldPath(path, key.key);
      const built = this.yaml.isNode(pair.value) ? this.node(pair.value, depth + 1, at) : this.absent(key.keyEnd);
      size += built.size;
      height = Math.max(height, built.height + 1);
      if (key.isMerge) {
        merged.push(built.value);
        continue;
      }
      const first = entries.get(key.key);
      if (first !== undefined) {
        const line = this.source.lineAndColumn(first.keyOffset).line;
        this.problems.error(this.source, key.keyOffset, at, `the key is here a second time; line ${line} has it too`);
        continue;
      }
      entries.set(key.key, { key: key.key, keyOffset: key.keyOffset, value: built.value });
    }
    for (const value of merged) this.merge(value, entries, path);
    return { value: { kind: "map", offset, entries: [...entries.values()] }, size, height };
  }

  /** https://yaml.org/type/merge.html: keys of the map itself win, and among merged maps the earlier one. */
  private merge(value: YamlValue, entries: Map<string, YamlEntry>, path: string): void {
    const maps = value.kind === "list" ? value.items : [value];
    for (const map of maps) {
      if (map.kind !== "map") {
        this.problems.error(this.source, map.offset, path, "`<<` merges maps only");
        continue;
      }
      for (const entry of map.entries) if (!entries.has(entry.key)) entries.set(entry.key, entry);
    }
  }

  private key(
    pair: Pair,
    mapOffset: number,
    path: string,
  ): { key: string; keyOffset: number; keyEnd: number; isMerge: boolean } | null {
    const node = pair.key;
    const keyOffset = this.yaml.isNode(node) ? offsetOf(node) : mapOffset;
    const built = this.yaml.isNode(node) ? this.node(node, 0, path).value : null;
    if (built === null || built.kind !== "scalar" || (built.value === null && !built.quoted && built.source === "")) {
      this.problems.error(this.source, keyOffset, path, "the key of a map must be text");
      return null;
    }
    const isMerge = built.source === "<<" && !built.quoted;
    const keyEnd = this.yaml.isNode(node) ? (node.range?.[1] ?? keyOffset) : keyOffset;
    return { key: built.source, keyOffset, keyEnd, isMerge };
  }

  private alias(node: Alias, depth: number, path: string): Built {
    const offset = offsetOf(node);
    const target = this.anchors.get(node.source);
    if (target === undefined || target === "open") {
      const reason = target === "open" ? "contains itself" : "is not defined above";
      const hint = target === undefined ? `if it is no alias, put it in quotes: "*${node.source}"` : "";
      this.problems.error(this.source, offset, path, `the alias *${node.source} ${reason}`, hint);
      return this.absent(offset);
    }
    this.aliasedValues += target.size;
    if (this.aliasedValues > MAX_ALIASED_VALUES) {
      this.problems.error(this.source, offset, path, `aliases stand for more than ${MAX_ALIASED_VALUES} values`);
      return this.absent(offset);
    }
    if (depth + target.height > this.maxDepth) {
      this.problems.error(this.source, offset, path, `nested more than ${this.maxDepth} levels deep`);
      return this.absent(offset);
    }
    return target;
  }

  private absent(offset: number): Built {
    return { value: { kind: "scalar", offset, value: null, source: "", quoted: false }, size: 1, height: 0 };
  }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}

function scalarOf(node: Node, offset: number): YamlScalar {
  if (!yamlPackage().isScalar(node)) return { kind: "scalar", offset, value: null, source: "", quoted: false };
  const { value, type } = node;
  const quoted = type !== undefined && type !== "PLAIN";
  switch (typeof value) {
    case "string":
    case "number":
    case "bigint":
    case "boolean": {
      const source = quoted ? String(value) : (node.source ?? String(value));
      return { kind: "scalar", offset, value, source, quoted };
    }
    default: {
      // Null; or a type that only explicit tags and YAML 1.1 know: its text is what protobuf's JSON would want.
      const source = node.source ?? "";
      return { kind: "scalar", offset, value: value === null ? null : source, source, quoted };
    }
  }
}
