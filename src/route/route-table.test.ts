import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { routeConfig, routeEntry, routeRequest, virtualHost } from "./route.test.support.js";
import type { RouteEntryConfig, VirtualHostConfig } from "./route-config.js";
import { RouteTable } from "./route-table.js";

function entry(name: string, prefix: string, caseSensitive = true): RouteEntryConfig {
  return routeEntry(name, { path: { kind: "prefix", value: prefix }, caseSensitive });
}

function host(name: string, domains: readonly string[], ...routes: RouteEntryConfig[]): VirtualHostConfig {
  return virtualHost(routes, { name, domains });
}

function table(virtualHosts: readonly VirtualHostConfig[], ignorePortInHostMatching = false): RouteTable {
  return new RouteTable(routeConfig(virtualHosts, { ignorePortInHostMatching }));
}

/** The name of the route that a request takes. */
function routeOf(routes: RouteTable, authority: string, path: string): string | null {
  return routes.match(routeRequest({ authority, path }))?.name ?? null;
}

describe("a route table", () => {
  test("the first route that matches wins", () => {
    const routes = table([host("h", ["*"], entry("ab", "/ab"), entry("a", "/a"), entry("never", "/abc"))]);
    assert.equal(routeOf(routes, "x", "/abc"), "ab");
    assert.equal(routeOf(routes, "x", "/ac"), "a");
    assert.equal(routeOf(routes, "x", "/"), null);
  });

  test("a route tells its virtual host and what matched", () => {
    const route = table([host("h", ["*"], entry("r", "/a"))]).match(routeRequest({ path: "/a" }));
    assert.equal(route?.virtualHost.name, "h");
    assert.deepEqual(route?.match, { kind: "prefix", value: "/a" });
  });

  test("hosts match in any case, each virtual host for all its domains", () => {
    const routes = table([host("one", ["a", "b"], entry("one", "/")), host("two", ["*.c"], entry("two", "/"))]);
    assert.equal(routeOf(routes, "A", "/"), "one");
    assert.equal(routeOf(routes, "b", "/"), "one");
    assert.equal(routeOf(routes, "X.C", "/"), "two");
    assert.equal(routeOf(routes, "d", "/"), null);
  });

  test("a virtual host without a matching route does not hand on to another", () => {
    const routes = table([host("one", ["a"], entry("one", "/one")), host("any", ["*"], entry("any", "/"))]);
    assert.equal(routeOf(routes, "a", "/two"), null);
  });

  test("a port counts unless it is to be ignored", () => {
    const hosts = [host("h", ["a"], entry("r", "/")), host("six", ["[::1]"], entry("six", "/"))];
    assert.equal(routeOf(table(hosts), "a:80", "/"), null);
    assert.equal(routeOf(table(hosts, true), "a:80", "/"), "r");
    assert.equal(routeOf(table(hosts, true), "a", "/"), "r");
    assert.equal(routeOf(table(hosts, true), "[::1]:80", "/"), "six");
    assert.equal(routeOf(table(hosts, true), "[::1]", "/"), "six");
  });

  test("query and fragment are no part of the path", () => {
    const exact = routeEntry("exact", { path: { kind: "path", value: "/a" } });
    const routes = table([host("h", ["*"], exact)]);
    for (const path of ["/a", "/a?", "/a?b", "/a?b?c", "/a#b", "/a#b?c"])
      assert.equal(routeOf(routes, "x", path), "exact", path);
    assert.equal(routeOf(routes, "x", "/b?/a"), null);
  });

  test("case counts for each route by itself", () => {
    const routes = table([host("h", ["*"], entry("strict", "/A"), entry("loose", "/a", false))]);
    assert.equal(routeOf(routes, "x", "/A"), "strict");
    assert.equal(routeOf(routes, "x", "/a"), "loose");
    const upper = table([host("h", ["*"], entry("loose", "/LOOSE", false), entry("strict", "/s"))]);
    assert.equal(routeOf(upper, "x", "/looser"), "loose");
    assert.equal(routeOf(upper, "x", "/S"), null);
  });
});
