import ts from "typescript";
import { isTest, type SourceFile } from "../source/source-file.js";
import { type Violation, violationAt } from "../source/violation.js";
import { isControlPlane } from "./control-plane-marker.js";

const RULE = "hot-path";
const HOT_FOLDERS = /^src\/(common|event|network|flow|matching|stream-info|http|route|upstream)\//;
const SLOW_FOLDERS = /^src\/upstream\/(discovery|health-check|outlier-detection)\//;
/** A broken invariant is our own bug and must stop the process. */
const ASSERTIONS = "src/common/assert.ts";
/** Their queues, events and promises cost more than the request does. */
const SLOW_MODULES = /^(node:)?(events|stream|https?|http2)(\/|$)/;

export function isHot(path: string): boolean {
  return HOT_FOLDERS.test(path) && !SLOW_FOLDERS.test(path) && !isTest(path);
}

/** What code that runs for every request must not contain; why, is in the style guide with measurements. */
export function checkHotPathRule(source: SourceFile): Violation[] {
  if (!isHot(source.path)) return [];
  const violations: Violation[] = [];
  const visit = (node: ts.Node, inClass: boolean): void => {
    const problem = problemOf(source, node, inClass);
    if (problem !== null && !isControlPlane(source, node)) {
      violations.push(violationAt(source, node, RULE, problem));
    }
    ts.forEachChild(node, (child) => visit(child, inClass || ts.isClassLike(node)));
  };
  visit(source.ast, false);
  return violations;
}

function problemOf(source: SourceFile, node: ts.Node, inClass: boolean): string | null {
  if (ts.isThrowStatement(node)) return source.path === ASSERTIONS ? null : "return an error instead of throwing";
  if (ts.isDeleteExpression(node)) return "no delete: it changes the shape of the object";
  if (ts.isSpreadAssignment(node)) return "no object spread: it copies for every call";
  if (ts.isPrivateIdentifier(node)) return "write `private`, not #: private names are slower to create";
  return asyncProblem(node) ?? closureProblem(node, inClass) ?? importProblem(node);
}

function asyncProblem(node: ts.Node): string | null {
  if (ts.isAwaitExpression(node)) return "no await: promises cost many times a call";
  if (ts.isForOfStatement(node) && node.awaitModifier !== undefined) return "no for await";
  const isAsync = ts.isFunctionLike(node) && ts.canHaveModifiers(node) && hasAsyncModifier(node);
  return isAsync ? "no async function: promises cost many times a call" : null;
}

function hasAsyncModifier(node: ts.HasModifiers): boolean {
  return ts.getModifiers(node)?.some((modifier) => modifier.kind === ts.SyntaxKind.AsyncKeyword) ?? false;
}

function closureProblem(node: ts.Node, inClass: boolean): string | null {
  if (inClass && (ts.isArrowFunction(node) || ts.isFunctionExpression(node))) {
    return "no closure inside a class: hand over an object once, or write a function of the module";
  }
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  return node.expression.name.text === "bind" ? "no bind: hand over an object once" : null;
}

function importProblem(node: ts.Node): string | null {
  if (!ts.isImportDeclaration(node) || !ts.isStringLiteral(node.moduleSpecifier)) return null;
  const name = node.moduleSpecifier.text;
  return SLOW_MODULES.test(name) ? `no ${name} in the data plane` : null;
}
