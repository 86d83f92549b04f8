import { isTest } from "../source/source-file.js";
import { type Violation, violationAt } from "../source/violation.js";
import type { Import, ImportGraph } from "./import-graph.js";
import { GENERATED_FOLDER, GENERATED_READERS, placeOf, SLOW_UPSTREAM, unitOf } from "./layer-table.js";

const RULE = "layers";

/** Every import below src/ goes to the file's own folder or to a lower layer. Tests may look anywhere. */
export function checkLayerRule(graph: ImportGraph): Violation[] {
  const violations: Violation[] = [];
  for (const [path, imports] of graph) {
    if (!path.startsWith("src/") || isTest(path)) continue;
    for (const edge of imports) {
      const problem = problemOf(path, edge.to);
      if (problem !== null) violations.push(violationAt(edge.from, edge.node, RULE, problem));
    }
  }
  return violations;
}

function problemOf(from: Import["to"], to: string): string | null {
  if (!to.startsWith("src/")) return `the product must not import ${to}`;
  if (isTest(to)) return `the product must not import the test ${to}`;
  const fromUnit = unitOf(from);
  const toUnit = unitOf(to);
  if (toUnit === GENERATED_FOLDER) {
    const allowed = GENERATED_READERS.includes(fromUnit);
    return allowed ? null : `only ${GENERATED_READERS.join("/ and ")}/ import generated code`;
  }
  if (fromUnit === toUnit) return upstreamProblem(from, to);
  return orderProblem(fromUnit, toUnit);
}

function upstreamProblem(from: string, to: string): string | null {
  if (!SLOW_UPSTREAM.test(to) || SLOW_UPSTREAM.test(from)) return null;
  return "the hot side of upstream/ must not import its slow side";
}

function orderProblem(fromUnit: string, toUnit: string): string | null {
  const from = placeOf(fromUnit);
  const to = placeOf(toUnit);
  if (from === null) return `${fromUnit}/ has no layer; add it to scripts/layers/layer-table.ts`;
  if (to === null) return `${toUnit}/ has no layer; add it to scripts/layers/layer-table.ts`;
  if (to.rank < from.rank) return null;
  const places = `${fromUnit}/ (layer ${from.layer}) must not import ${toUnit}/ (layer ${to.layer})`;
  if (to.rank === from.rank) return `${places}: siblings do not know each other`;
  return `${places}: it stands above`;
}
