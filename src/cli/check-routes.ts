import { ConfigError, renderProblems } from "../config/decode/config-problem.js";
import { type LoadedRouteTable, type LoadedRouteTables, loadRouteTables } from "../config/route-table-file.js";
import { type LoadedRouteTests, loadRouteTests } from "../config/route-tests.js";
import { checkRoutes, type RouteCheck } from "../server/check-routes/check-routes.js";
import { percentText, routeCheckText } from "../server/check-routes/route-check-text.js";
import { type CommandLine, type CommandOptions, UsageError } from "./command-line.js";

/**
 * `sluice check-routes -c FILE -t TESTS`: whether routes are what tests expect. Returns the exit code: 0 when all is as expected,
 * 1 when not or when a file is wrong; usage errors are 2.
 */
export function checkRoutesCommand(commandLine: CommandLine, args: readonly string[]): number {
  const { configPath, commandOptions } = commandLine;
  const testPath = commandOptions["test-path"];
  if (configPath === null || typeof testPath !== "string" || args.length > 0) {
    throw new UsageError("check-routes takes two files: sluice check-routes -c FILE -t TESTS");
  }
  const failUnder = percentOf(commandOptions["fail-under"]);
  const loaded = load(configPath, testPath);
  if (loaded === null) return 1;
  const { tables, tests } = loaded;
  if (tables.warnings.length > 0) process.stderr.write(renderProblems(tables.warnings));
  const table = chosenTable(tables, commandOptions["route-config"]);
  const check = checkRoutes(table.config, tests);
  process.stdout.write(printed(check, tables, commandOptions));
  const { percent } = check.coverage;
  if (percent < failUnder) {
    process.stderr.write(`sluice: the route coverage of ${percentText(percent)} is below ${failUnder} %\n`);
    return 1;
  }
  return check.results.some(({ failures }) => failures.length > 0) ? 1 : 0;
}

function load(
  configPath: string,
  testPath: string,
): { readonly tables: LoadedRouteTables; readonly tests: LoadedRouteTests } | null {
  try {
    return { tables: loadRouteTables(configPath), tests: loadRouteTests(testPath) };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(renderProblems(error.problems));
    return null;
  }
}

function chosenTable({ tables }: LoadedRouteTables, name: CommandOptions[string]): LoadedRouteTable {
  const names = tables.map((table) => table.name).join(", ");
  if (typeof name === "string") {
    const named = tables.find((table) => table.name === name);
    if (named === undefined) throw new UsageError(`there is no route configuration '${name}', but ${names}`);
    return named;
  }
  const [only, ...others] = tables;
  if (only === undefined || others.length > 0) throw new UsageError(`name one of ${names} with --route-config`);
  return only;
}

function printed(check: RouteCheck, tables: LoadedRouteTables, options: CommandOptions): string {
  if (options.json === true) {
    const { coverage, results } = check;
    const { routes, coveredCount, percent, missing } = coverage;
    const report = { results, coverage: { routes: routes.length, covered: coveredCount, percent, missing } };
    return `${JSON.stringify(report, null, 2)}\n`;
  }
  return routeCheckText(check, (path) => tables.positionOf(path), {
    onlyFailures: options["only-show-failures"] === true,
    detailedCoverage: options["detailed-coverage"] === true,
  });
}

function percentOf(value: CommandOptions[string]): number {
  if (value === undefined) return 0;
  const percent = Number(value);
  if (typeof value === "string" && value !== "" && percent >= 0 && percent <= 100) return percent;
  throw new UsageError(`--fail-under is a percentage from 0 to 100, not '${value}'`);
}
