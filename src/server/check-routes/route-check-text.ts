import type { SourcePosition } from "../../config/decode/source-map.js";
import type { RouteCheck, RouteTestResult } from "./check-routes.js";
import type { CoverableRoute } from "./route-coverage.js";

/** Leads from the path of a route to its line. */
export type PositionOf = (configPath: string) => SourcePosition | null;

export interface RouteCheckTextOptions {
  /** Leaves out tests that pass. */
  readonly onlyFailures: boolean;
  /** Lists the routes that no test takes. */
  readonly detailedCoverage: boolean;
}

/** The outcome of a check for people. */
export function routeCheckText(check: RouteCheck, positionOf: PositionOf, options: RouteCheckTextOptions): string {
  const { results, coverage } = check;
  const failed = results.filter(({ failures }) => failures.length > 0).length;
  const shown = options.onlyFailures ? results.filter(({ failures }) => failures.length > 0) : results;
  const tests = shown.map((result) => resultText(result, positionOf)).join("");
  const routes = `${coverage.coveredCount} of ${coverage.routes.length} routes`;
  const missing = options.detailedCoverage ? coverage.missing.map((route) => missingText(route, positionOf)) : [];
  const counted = `${results.length} ${results.length === 1 ? "test" : "tests"}, ${failed} failed\n`;
  return `${tests}${counted}route coverage: ${percentText(coverage.percent)} (${routes})\n${missing.join("")}`;
}

/** `41.7 %`. */
export function percentText(percent: number): string {
  // Not rounded up to what it is not.
  return `${Math.floor(percent * 10) / 10} %`;
}

function resultText({ name, position, failures, route }: RouteTestResult, positionOf: PositionOf): string {
  if (failures.length === 0) return `ok    ${name}\n`;
  const lines = failures.map(({ field, expected, actual }) => `      ${field}: expected ${expected}, got ${actual}\n`);
  const taken = route === null ? "took no route" : `took ${routeText(route)}${placeText(positionOf(route.configPath))}`;
  return `FAIL  ${name}${placeText(position)}\n${lines.join("")}      ${taken}\n`;
}

function routeText({ name, virtualHost, configPath }: NonNullable<RouteTestResult["route"]>): string {
  const segment = /[^.]*$/.exec(configPath)?.[0] ?? configPath;
  return `the route ${name === "" ? segment : name} of ${virtualHost}`;
}

function missingText({ virtualHost, configPath, cluster }: CoverableRoute, positionOf: PositionOf): string {
  const route = routeText({ name: "", virtualHost, configPath });
  return `no test takes ${route}${cluster === "" ? "" : `, cluster ${cluster}`}${placeText(positionOf(configPath))}\n`;
}

function placeText(position: SourcePosition | null): string {
  return position === null ? "" : ` (${position.file}:${position.line}:${position.column})`;
}
