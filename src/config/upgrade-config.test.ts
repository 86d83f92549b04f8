import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionManagerConfig } from "../http/conn-manager/connection-manager-config.js";
import type { ForwardActionConfig } from "../route/route-action-config.js";
import {
  configOf,
  MANAGER_PATH,
  managerText,
  problemsBelow,
  ROUTER_TYPE,
  ROUTES_PATH,
  routesText,
} from "./config-text.test.support.js";

function manager(body: string): ConnectionManagerConfig {
  const [listener] = configOf(managerText(body)).listeners;
  return listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
}

const ROUTER = `{ name: router, typed_config: { "@type": ${ROUTER_TYPE} } }`;

test("upgrades are enabled by being named, and have filters of their own only if they say so", () => {
  const { upgrades } = manager(`
upgrade_configs:
- upgrade_type: WebSocket
- { upgrade_type: tcp, enabled: false, filters: [${ROUTER}] }`);
  assert.deepEqual(
    upgrades.map(({ upgradeType, enabled, httpFilters }) => [
      upgradeType,
      enabled,
      httpFilters?.map(({ name }) => name),
    ]),
    [
      ["websocket", true, undefined],
      ["tcp", false, ["router"]],
    ],
  );
});

test("a kind of upgrade stands once, whatever its case, and has a name", () => {
  const body = `
upgrade_configs:
- upgrade_type: websocket
- upgrade_type: WebSocket
- enabled: true`;
  const messages = problemsBelow(MANAGER_PATH, managerText(body)).map((line) => line.slice(line.indexOf(" ") + 1));
  assert.deepEqual(messages, [
    'error upgrade_configs[1].upgrade_type: there are two configurations for upgrades to "websocket"',
    "error upgrade_configs[2].upgrade_type: the upgrade has no `upgrade_type` -> websocket, for example",
  ]);
});

test("the filters of an upgrade end with a terminal one, too", () => {
  const body = `upgrade_configs: [{ upgrade_type: websocket, filters: [${ROUTER}, ${ROUTER}] }]`;
  const [problem] = problemsBelow(MANAGER_PATH, managerText(body));
  assert.match(problem as string, /the filter "router" ends the chain and must be the last one/);
});

function routeText(upgrades: string): string {
  return routesText(`- { match: { prefix: / }, route: { cluster: known, upgrade_configs: ${upgrades} } }`);
}

function upgradesOfRoute(upgrades: string): ForwardActionConfig["upgrades"] {
  const [listener] = configOf(routeText(upgrades)).listeners;
  const config = listener?.filterChains[0]?.filters[0]?.config as ConnectionManagerConfig;
  const [route] = config.routeConfig?.virtualHosts[0]?.routes ?? [];
  assert.equal(route?.action.kind, "forward");
  return (route.action as ForwardActionConfig).upgrades;
}

test("a route switches upgrades, and ends CONNECT itself when it has a `connect_config`", () => {
  assert.deepEqual(
    upgradesOfRoute(
      "[{ upgrade_type: WebSocket, enabled: false }, { upgrade_type: CONNECT, connect_config: { allow_post: true } }]",
    ),
    [
      { upgradeType: "websocket", enabled: false, connect: null },
      { upgradeType: "connect", enabled: true, connect: { allowPost: true } },
    ],
  );
});

test("what a route must not say of upgrades", () => {
  const problems = (upgrades: string): string => {
    const [problem = ""] = problemsBelow(`${ROUTES_PATH}.routes[0].route`, routeText(upgrades));
    return problem.replace(/^\S+ error /, "");
  };
  assert.equal(
    problems("[{ upgrade_type: websocket, connect_config: {} }]"),
    "upgrade_configs[0].connect_config: `connect_config` is for CONNECT alone -> set `upgrade_type: CONNECT`",
  );
  assert.equal(
    problems("[{ upgrade_type: a }, { upgrade_type: A }]"),
    'upgrade_configs[1].upgrade_type: the route has two configurations for upgrades to "a"',
  );
  assert.match(
    problems("[{ upgrade_type: CONNECT, connect_config: { proxy_protocol_config: { version: V1 } } }]"),
    /the server would take the first bytes of the tunnel for the PROXY header/,
  );
});
