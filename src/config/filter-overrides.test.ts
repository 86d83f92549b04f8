import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import {
  configOf,
  MANAGER_PATH,
  managerText,
  problemsBelow,
  ROUTE_CONFIG_PATH,
  ROUTER_TYPE,
  virtualHostsText,
} from "./config-text.test.support.js";

const FILTER_CONFIG = '"@type": type.googleapis.com/envoy.config.route.v3.FilterConfig';
const CORS = '"@type": type.googleapis.com/envoy.extensions.filters.http.cors.v3.CorsPolicy';

function text(override: string): string {
  return virtualHostsText(`- name: v\n  domains: ["*"]\n  typed_per_filter_config: { f: { ${override} } }`);
}

function problems(override: string): string[] {
  return problemsBelow(`${ROUTE_CONFIG_PATH}.virtual_hosts[0]`, text(override));
}

test("a filter is disabled, or enabled as it is", () => {
  const overrides = (override: string) => {
    const config = configOf(text(override)).listeners[0]?.filterChains[0]?.filters[0]?.config;
    return (config as ConnectionManagerConfig).routeConfig?.virtualHosts[0]?.filterOverrides;
  };
  assert.deepEqual(overrides(`${FILTER_CONFIG}, disabled: true`), [{ name: "f", disabled: true, config: null }]);
  assert.deepEqual(overrides(`${FILTER_CONFIG}, config: {}`), [{ name: "f", disabled: false, config: null }]);
});

test("configurations that say nothing, or that are of no filter here", () => {
  assert.match(problems(FILTER_CONFIG).join("\n"), /error .*says nothing of the filter "f" -> add `config: \{\}`/);
  assert.match(problems(`"@type": ${ROUTER_TYPE}`).join("\n"), /error .*"f" has no configuration for single routes/);
  const warning = /^\S+ warning .*CorsPolicy` is of an HTTP filter that is not implemented/;
  assert.match(problems(CORS).join("\n"), warning);
  assert.match(problems(`${FILTER_CONFIG}, config: { ${CORS} }`).join("\n"), warning);
  assert.match(problems('"@type": type.googleapis.com/no.such.Message').join("\n"), /error/);
});

test("a disabled filter that Sluice does not have is missed by the routes that enable it", () => {
  const cors = 'typed_config: { "@type": t/envoy.extensions.filters.http.cors.v3.Cors }';
  const router = `{ name: r, typed_config: { "@type": ${ROUTER_TYPE} } }`;
  const filters = `http_filters: [{ name: f, disabled: true, ${cors} }, ${router}]`;
  const lines = (override: string) => {
    const host = `{ name: v, domains: ["*"], typed_per_filter_config: ${override} }`;
    return problemsBelow(
      MANAGER_PATH,
      managerText("", { routes: `route_config: { virtual_hosts: [${host}] }`, filters }),
    );
  };
  const leftOut =
    '11:67 warning http_filters[0].typed_config: the HTTP filter "f" (`envoy.extensions.filters.http.cors.v3.Cors`) ' +
    "is known but not implemented by Sluice yet; it is disabled and left out";
  assert.deepEqual(lines("{}"), [leftOut]);
  assert.deepEqual(lines(`{ f: { ${FILTER_CONFIG}, disabled: true } }`), [leftOut]);
  const enabled =
    '10:100 error route_config.virtual_hosts[0].typed_per_filter_config["f"]: enables the HTTP filter "f", ' +
    "which is known but not implemented by Sluice yet";
  assert.deepEqual(lines(`{ f: { ${FILTER_CONFIG}, config: {} } }`), [enabled, leftOut]);
  assert.deepEqual(lines(`{ f: { ${CORS} } }`), [enabled, leftOut]);
});
