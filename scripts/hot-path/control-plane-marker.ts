import ts from "typescript";
import type { SourceFile } from "../source/source-file.js";

/**
 * `// control plane: <why>` says that code in a hot folder does not run for requests. Above the first statement of a
 * file it covers the file; above or beside a class, member or statement it covers that.
 */
const MARKER = /\/\/ control plane: \S/;

export function isControlPlane(source: SourceFile, node: ts.Node): boolean {
  for (let covering = node; covering !== undefined; covering = covering.parent) {
    if (hasMarkerBeside(source, covering) || hasMarkerAbove(source, covering)) return true;
  }
  return false;
}

function hasMarkerAbove(source: SourceFile, node: ts.Node): boolean {
  const text = source.ast.text;
  const comments = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return comments.some((comment) => MARKER.test(text.slice(comment.pos, comment.end)));
}

/** On the line where the node begins. */
function hasMarkerBeside(source: SourceFile, node: ts.Node): boolean {
  if (ts.isSourceFile(node)) return false;
  const text = source.ast.text;
  const start = node.getStart(source.ast);
  const lineStart = text.lastIndexOf("\n", start) + 1;
  const lineEnd = text.indexOf("\n", start);
  return MARKER.test(text.slice(lineStart, lineEnd === -1 ? text.length : lineEnd));
}
