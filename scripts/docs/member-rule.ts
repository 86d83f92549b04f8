import ts from "typescript";
import type { SourceFile } from "../source/source-file.js";
import type { Violation } from "../source/violation.js";
import { codeOf, type MarkdownFile } from "./markdown-file.js";

const RULE = "docs-member";
/** `Connection.flush`, `UpstreamRequest.readDisable(true)`. */
const MEMBER = /^([A-Z][a-z]\w*)\.([a-z]\w*)(?:\(.*\))?$/;

/** Members by class or interface; those it takes over from others included. */
export type Members = ReadonlyMap<string, ReadonlySet<string>>;

/** Every `Class.member` that a document names must be declared in src/. */
export function checkMembers(file: MarkdownFile, members: Members): Violation[] {
  const problems: Violation[] = [];
  for (const { text, line, column } of codeOf(file)) {
    const [, owner, member] = MEMBER.exec(text) ?? [];
    if (owner === undefined || member === undefined || owner in globalThis) continue;
    if (members.get(owner)?.has(member)) continue;
    const message = members.has(owner) ? `${owner} has no member ${member}` : `there is no class ${owner}`;
    problems.push({ path: file.path, line, column, rule: RULE, message });
  }
  return problems;
}

export function membersOf(sources: readonly SourceFile[]): Members {
  const own = new Map<string, Set<string>>();
  const parents = new Map<string, string[]>();
  for (const { ast } of sources) {
    for (const node of ast.statements) {
      if (!ts.isClassDeclaration(node) && !ts.isInterfaceDeclaration(node)) continue;
      const name = node.name?.text ?? "";
      own.set(name, new Set(namesIn(node)));
      const clauses = node.heritageClauses ?? [];
      parents.set(
        name,
        clauses.flatMap(({ types }) => types.map(({ expression }) => expression.getText(ast))),
      );
    }
  }
  const all = new Map<string, Set<string>>();
  for (const name of own.keys()) all.set(name, withInherited(name, own, parents));
  return all;
}

function namesIn(node: ts.ClassDeclaration | ts.InterfaceDeclaration): string[] {
  return node.members.flatMap((member) =>
    member.name !== undefined && ts.isIdentifier(member.name) ? [member.name.text] : [],
  );
}

function withInherited(
  name: string,
  own: ReadonlyMap<string, ReadonlySet<string>>,
  parents: ReadonlyMap<string, readonly string[]>,
): Set<string> {
  const names = new Set(own.get(name));
  for (const parent of parents.get(name) ?? [])
    for (const inherited of withInherited(parent, own, parents)) names.add(inherited);
  return names;
}
