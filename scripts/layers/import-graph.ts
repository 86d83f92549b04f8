import { posix } from "node:path";
import ts from "typescript";
import type { SourceFile } from "../source/source-file.js";

/** One import of a file of the repository by another; imports of packages are no business of the layers. */
export interface Import {
  readonly from: SourceFile;
  /** Path of the imported file. */
  readonly to: string;
  readonly node: ts.Node;
  /** Erased by the compiler, so it cannot make a cycle at run time. */
  readonly typeOnly: boolean;
}

export type ImportGraph = ReadonlyMap<string, readonly Import[]>;

export function importGraphOf(sources: readonly SourceFile[]): ImportGraph {
  return new Map(sources.map((source) => [source.path, importsOf(source)]));
}

function importsOf(source: SourceFile): Import[] {
  const imports: Import[] = [];
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node);
    if (specifier?.startsWith(".")) {
      imports.push({ from: source, to: resolve(source.path, specifier), node, typeOnly: isTypeOnly(node) });
    }
    ts.forEachChild(node, visit);
  };
  visit(source.ast);
  return imports;
}

/** The module a node names: `import ... from`, `export ... from`, `import("...")` as a call or as a type. */
function specifierOf(node: ts.Node): string | null {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier);
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal);
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
    return textOf(node.arguments[0]);
  }
  return null;
}

function textOf(node: ts.Node | undefined): string | null {
  return node !== undefined && ts.isStringLiteralLike(node) ? node.text : null;
}

/** `import { type A }` is not type-only: with verbatimModuleSyntax it still loads the module. */
function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportDeclaration(node)) return node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword;
  if (ts.isExportDeclaration(node)) return node.isTypeOnly;
  return ts.isImportTypeNode(node);
}

function resolve(importer: string, specifier: string): string {
  return posix.join(posix.dirname(importer), specifier).replace(/\.js$/, ".ts");
}
