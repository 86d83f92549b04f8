import assert from "node:assert/strict";
import type { ClusterInfo } from "../upstream/cluster-info.js";
import { type BootstrapSource, type LoadedBootstrap, loadBootstrap } from "./bootstrap.js";
import { ConfigError, type ConfigProblem } from "./decode/config-problem.js";
import type { RuntimeConfig } from "./runtime-config.js";

/*
 * Small configurations for tests. What a test writes starts on a line of its own at a fixed place, so that lines and
 * columns can be asserted.
 */

/** Errors and warnings, as `line:column severity path: message`, with the suggestion behind an arrow. */
export function problemsOf(text: string, options: Omit<BootstrapSource, "text"> = {}): string[] {
  return problemListOf(text, options).map((problem) => {
    const suggestion = problem.suggestion === "" ? "" : ` -> ${problem.suggestion}`;
    const path = problem.path === "" ? "" : ` ${problem.path}`;
    return `${problem.line}:${problem.column} ${problem.severity}${path}: ${problem.message}${suggestion}`;
  });
}

/** Problems whose paths all begin with the same long prefix are compared without it. */
export function problemsBelow(prefix: string, text: string, options: Omit<BootstrapSource, "text"> = {}): string[] {
  return problemsOf(text, options).map((line) => line.replace(` ${prefix}.`, " ").replace(` ${prefix}:`, ":"));
}

/** For tests of older fields: that these are deprecated has a test of its own. */
export function exceptDeprecations(problems: readonly string[]): string[] {
  return problems.filter((line) => !line.includes(" is deprecated in Envoy's API"));
}

export function problemListOf(text: string, options: Omit<BootstrapSource, "text"> = {}): readonly ConfigProblem[] {
  try {
    return loadBootstrap({ ...options, text }).warnings;
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
}

export function configOf(text: string): RuntimeConfig {
  return load(text).config;
}

export function load(text: string): LoadedBootstrap {
  return loadBootstrap({ text });
}

/** One cluster `c`. The first line of the body is line 4, its first column is 5. */
export function clusterText(body: string): string {
  return `static_resources:\n  clusters:\n  - name: c\n${indented(body, 4)}`;
}

export const CLUSTER_PATH = "static_resources.clusters[0]";

/** What a cluster of this body is to the proxy. */
export function clusterOf(body: string): ClusterInfo {
  const [only] = configOf(clusterText(body)).clusters;
  assert.ok(only);
  return only;
}

/** What is wrong with a cluster of this body, by the path below the cluster. */
export function clusterProblems(body: string): string[] {
  return problemsBelow(CLUSTER_PATH, clusterText(body));
}

/** One listener on port 80. The first line of the body is line 4, its first column is 5. */
export function listenerText(
  body: string,
  address = "{ socket_address: { address: 0.0.0.0, port_value: 80 } }",
): string {
  return `static_resources:\n  listeners:\n  - address: ${address}\n${indented(body, 4)}`;
}

export const LISTENER_PATH = "static_resources.listeners[0]";

export const MANAGER_TYPE =
  "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager";
export const ROUTER_TYPE = "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router";
const ROUTER = `{ name: router, typed_config: { "@type": ${ROUTER_TYPE} } }`;

/** A listener with a connection manager. The first line of the body is line 10, its first column is 11. */
export function managerText(body: string, parts: { routes?: string; filters?: string } = {}): string {
  const { routes = "route_config: {}", filters = `http_filters: [${ROUTER}]` } = parts;
  const manager = [
    "filter_chains:",
    "- filters:",
    "  - name: manager",
    "    typed_config:",
    `      "@type": ${MANAGER_TYPE}`,
  ];
  const fields = ["stat_prefix: s", body, routes, filters].filter((line) => line !== "").join("\n");
  return listenerText(`${manager.join("\n")}\n${indented(fields, 6)}`);
}

export const MANAGER_PATH = `${LISTENER_PATH}.filter_chains[0].filters[0].typed_config`;

/**
 * A route table with the cluster `known`. The body is the list of virtual hosts; its first line is line 12 (or 13,
 * behind `fields` of the table), its first column is 13.
 */
export function virtualHostsText(body: string, fields = ""): string {
  const routes = `route_config:${fields === "" ? "" : `\n  ${fields}`}\n  virtual_hosts:\n${indented(body, 2)}`;
  return `${managerText("", { routes })}\n  clusters: [{ name: known }]`;
}

/** One virtual host; the body is its list of routes; its first line is line 15 (or 16), its first column is 15. */
export function routesText(body: string, fields = ""): string {
  return virtualHostsText(`- name: v\n  domains: ["*"]\n  routes:\n${indented(body, 2)}`, fields);
}

export const ROUTE_CONFIG_PATH = `${MANAGER_PATH}.route_config`;
export const ROUTES_PATH = `${ROUTE_CONFIG_PATH}.virtual_hosts[0]`;

function indented(text: string, spaces: number): string {
  return text
    .split("\n")
    .map((line) => `${" ".repeat(spaces)}${line}`)
    .join("\n");
}
