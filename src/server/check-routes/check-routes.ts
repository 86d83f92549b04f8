import type { SourcePosition } from "../../config/decode/source-map.js";
import { type LoadedRouteTests, type RouteTest, TEXT_ANSWERS } from "../../config/route-tests.js";
import type { HeaderMap } from "../../http/headers/header-map.js";
import { HeaderMatcher, headerValue } from "../../http/headers/header-matcher.js";
import type { HeaderMatcherConfig } from "../../matching/string-matcher-config.js";
import type { RouteConfig } from "../../route/route-config.js";
import type { RouteExplanation } from "../../route/route-table.js";
import { type RouteAnswer, RouteAnswers } from "./route-answers.js";
import { RouteCoverage } from "./route-coverage.js";

/** An expectation that is not met. */
export interface RouteTestFailure {
  /** As in the file of tests: `cluster_name`, `request_header_matches x-a`. */
  readonly field: string;
  readonly expected: string;
  readonly actual: string;
}

export interface RouteTestResult {
  readonly name: string;
  readonly position: SourcePosition | null;
  readonly failures: readonly RouteTestFailure[];
  /** The route that the request took; null when it took none. */
  readonly route: { readonly name: string; readonly virtualHost: string; readonly configPath: string } | null;
}

/** What became of all tests of a file. */
export interface RouteCheck {
  readonly results: readonly RouteTestResult[];
  readonly coverage: RouteCoverage;
}

/** Asks a route table all tests of a file. */
export function checkRoutes(config: RouteConfig, { tests, runtime }: LoadedRouteTests): RouteCheck {
  const answers = new RouteAnswers(config, runtime);
  const coverage = new RouteCoverage(config);
  const results = tests.map((test) => {
    const answer = answers.answer(test.input);
    const comparison = new Comparison(test, answer);
    const { explanation, cluster } = answer;
    if (explanation.route !== null && comparison.met > 0) coverage.mark(explanation.route, cluster);
    return { name: test.name, position: test.position, failures: comparison.failures, route: takenRoute(explanation) };
  });
  return { results, coverage };
}

/** Compares an answer to all that a test expects. */
class Comparison {
  readonly failures: RouteTestFailure[] = [];
  met = 0;

  constructor({ expected }: RouteTest, answer: RouteAnswer) {
    for (const field of TEXT_ANSWERS) this.compare(field, expected.texts[field], answer.texts[field]);
    this.compare("code_redirect", numberText(expected.redirectCode), numberText(answer.redirectCode) ?? "none");
    this.compare("timeout", durationText(expected.timeoutMs), durationText(answer.timeoutMs) ?? "none");
    const metadata = answer.explanation.route?.metadata ?? {};
    for (const { namespace, key, value } of expected.routeMetadata) {
      const found = metadata[namespace]?.[key] ?? "";
      const actual = typeof found === "string" ? found : JSON.stringify(found);
      this.compare(`route_metadata ${namespace}: ${key}`, value, actual);
    }
    this.match("request_header_matches", expected.requestHeaders, answer.requestHeaders);
    this.match("response_header_matches", expected.responseHeaders, answer.responseHeaders);
  }

  private compare(field: string, expected: string | null, actual: string): void {
    if (expected === null) return;
    if (expected === actual) this.met++;
    else this.failures.push({ field, expected: quoted(expected), actual: quoted(actual) });
  }

  private match(field: string, matchers: readonly HeaderMatcherConfig[], headers: HeaderMap): void {
    for (const config of matchers) {
      const matcher = new HeaderMatcher(config);
      if (matcher.matches(headers)) {
        this.met++;
        continue;
      }
      const value = headerValue(headers, config.name);
      this.failures.push({ field, expected: matcher.describe(), actual: value === null ? "absent" : quoted(value) });
    }
  }
}

function takenRoute({ route }: RouteExplanation): RouteTestResult["route"] {
  if (route === null) return null;
  return { name: route.name, virtualHost: route.virtualHost.name, configPath: route.configPath };
}

function quoted(text: string): string {
  return `"${text}"`;
}

function numberText(value: number | null): string | null {
  return value === null ? null : String(value);
}

function durationText(milliseconds: number | null): string | null {
  return milliseconds === null ? null : `${milliseconds / 1000}s`;
}
