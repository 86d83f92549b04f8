import type { CST } from "yaml";

/**
 * Offset of the first collection that lies more than `limit` levels deep, or null. Walks the syntax tree with a list
 * instead of recursion, since it is there to keep recursion from overflowing.
 */
export function nestingOffset(tokens: readonly CST.Token[], limit: number): number | null {
  let level: CST.Token[] = [...tokens];
  for (let depth = 0; level.length > 0; depth++) {
    const next: CST.Token[] = [];
    for (const token of level) {
      if (depth > limit && isCollection(token)) return token.offset;
      for (const child of childrenOf(token)) next.push(child);
    }
    level = next;
  }
  return null;
}

function isCollection(token: CST.Token): boolean {
  return token.type === "block-map" || token.type === "block-seq" || token.type === "flow-collection";
}

function childrenOf(token: CST.Token): CST.Token[] {
  if (token.type === "document") return token.value === undefined ? [] : [token.value];
  if (token.type !== "block-map" && token.type !== "block-seq" && token.type !== "flow-collection") return [];
  const children: CST.Token[] = [];
  for (const item of token.items) {
    if (item.key !== undefined && item.key !== null) children.push(item.key);
    if (item.value !== undefined) children.push(item.value);
  }
  return children;
}
