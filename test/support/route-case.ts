import assert from "node:assert/strict";
import { parse as parseYaml } from "yaml";

/** A value for each field, several values, or none at all. */
export type ExpectedFields = Readonly<Record<string, string | readonly string[] | null>>;

/** The cases of test/routes; test/routes/README.md says what the keys mean. */
export interface RouteCase {
  readonly name: string;
  readonly routes?: readonly object[];
  readonly virtual_hosts?: readonly object[];
  readonly route_config?: object;
  readonly manager?: object;
  readonly cluster?: object;
  readonly listener?: object;
  readonly runtime?: object;
  readonly requests?: readonly RouteCaseRequest[];
  readonly errors?: readonly string[];
  readonly warnings?: readonly string[];
}

export interface RouteCaseRequest {
  readonly request: string;
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly from?: string;
  readonly metadata?: Readonly<Record<string, Readonly<Record<string, never>>>>;
  readonly filter_state?: Readonly<Record<string, string>>;
  readonly tls?: { readonly presented: boolean; readonly validated: boolean };
  readonly random?: number;
  readonly response?: RouteCaseResponse | readonly RouteCaseResponse[];
  readonly expect: RouteCaseExpectation;
}

export interface RouteCaseResponse {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface RouteCaseExpectation {
  readonly route?: string | null;
  readonly virtual_host?: string | null;
  readonly domain?: string;
  readonly passed?: readonly string[];
  readonly cluster?: string | null;
  readonly path?: string;
  readonly host?: string;
  readonly headers?: ExpectedFields;
  readonly status?: number;
  readonly location?: string | null;
  readonly response_headers?: ExpectedFields;
  readonly body?: string;
  readonly details?: string;
  readonly flags?: string;
  readonly stats?: Readonly<Record<string, number>>;
}

const CASE_KEYS = "name routes virtual_hosts route_config manager cluster listener runtime requests errors warnings";
const REQUEST_KEYS = "request host headers from metadata filter_state tls random response expect";
const EXPECT_KEYS =
  "route virtual_host domain passed cluster path host headers status location response_headers body details flags stats";

/** Reads a file of cases. A key that does not exist would be an expectation that nobody checks: it is an error. */
export function parseRouteCases(text: string, fileName: string): RouteCase[] {
  const cases = parseYaml(text) as RouteCase[];
  assert.ok(Array.isArray(cases), `${fileName} is a list of cases`);
  for (const routeCase of cases) checkCase(routeCase, `${fileName}: ${routeCase.name}`);
  return cases;
}

function checkCase(routeCase: RouteCase, where: string): void {
  checkKeys(routeCase, CASE_KEYS, where);
  assert.ok(routeCase.name.length > 0, `${where}: a case has a name`);
  assert.ok(
    (routeCase.routes === undefined) !== (routeCase.virtual_hosts === undefined),
    `${where}: either routes or virtual_hosts`,
  );
  assert.ok((routeCase.requests === undefined) !== (routeCase.errors === undefined), `${where}: requests or errors`);
  for (const request of routeCase.requests ?? []) {
    checkKeys(request, REQUEST_KEYS, `${where}: ${request.request}`);
    assert.ok(request.expect !== undefined, `${where}: ${request.request}: nothing is expected`);
    checkKeys(request.expect, EXPECT_KEYS, `${where}: ${request.request}`);
  }
}

function checkKeys(value: object, keys: string, where: string): void {
  const known = keys.split(" ");
  for (const key of Object.keys(value)) assert.ok(known.includes(key), `${where}: there is no key \`${key}\``);
}
