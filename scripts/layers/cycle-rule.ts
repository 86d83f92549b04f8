import { type Violation, violationAt } from "../source/violation.js";
import type { Import, ImportGraph } from "./import-graph.js";
import { unitOf } from "./layer-table.js";

const RULE = "cycles";

/**
 * No file imports itself through others. Cycles of types alone are harmless at run time and allowed within one
 * unit of layering, which is read together anyway. Of cycles that share files one is reported.
 */
export function checkCycleRule(graph: ImportGraph): Violation[] {
  const violations: Violation[] = [];
  const reported = new Set<string>();
  for (const edge of [...graph.values()].flat()) {
    const cycle = valueCycle(graph, edge) ?? crossUnitCycle(graph, edge);
    if (cycle === null) continue;
    const files = cycle.map((step) => step.to);
    if (files.some((file) => reported.has(file))) continue;
    for (const file of files) reported.add(file);
    const message = `import cycle: ${[edge.from.path, ...files].join(" -> ")}`;
    violations.push(violationAt(edge.from, edge.node, RULE, message));
  }
  return violations;
}

function valueCycle(graph: ImportGraph, edge: Import): Import[] | null {
  return edge.typeOnly ? null : shortestCycle(graph, edge, isValueImport);
}

function crossUnitCycle(graph: ImportGraph, edge: Import): Import[] | null {
  const leavesUnit = unitOf(edge.from.path) !== unitOf(edge.to);
  return leavesUnit ? shortestCycle(graph, edge, anyImport) : null;
}

/** The shortest way from where the edge leads back to where it starts, with the edge in front; breadth first. */
function shortestCycle(graph: ImportGraph, edge: Import, follow: (step: Import) => boolean): Import[] | null {
  const reachedBy = new Map<string, Import>([[edge.to, edge]]);
  for (const path of reachedBy.keys()) {
    if (path === edge.from.path) return pathTo(path, reachedBy, edge);
    for (const step of graph.get(path) ?? []) {
      if (follow(step) && !reachedBy.has(step.to)) reachedBy.set(step.to, step);
    }
  }
  return null;
}

function pathTo(end: string, reachedBy: ReadonlyMap<string, Import>, first: Import): Import[] {
  const steps: Import[] = [];
  let step = reachedBy.get(end) as Import;
  for (; step !== first; step = reachedBy.get(step.from.path) as Import) steps.unshift(step);
  return [first, ...steps];
}

function isValueImport(step: Import): boolean {
  return !step.typeOnly;
}

function anyImport(): boolean {
  return true;
}
