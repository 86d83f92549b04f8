import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { loadBootstrap } from "../../../config/bootstrap.js";
import { ConfigError } from "../../../config/decode/config-problem.js";
import { bootstrapOf, RouterRun, statusOf } from "./router.test.support.js";

const direct = (status: number): object => ({
  virtual_hosts: [{ name: "v", domains: ["*"], routes: [{ match: { prefix: "/" }, direct_response: { status } }] }],
});
const scope = (name: string, key: readonly string[], status: number): object => ({
  name,
  key: { fragments: key.map((string_key) => ({ string_key })) },
  route_configuration: direct(status),
});
const extractor = (header_value_extractor: object): object => ({ header_value_extractor });

function manager(fragments: readonly object[], scopes: readonly object[]): object {
  const scoped_route_configurations_list = { scoped_route_configurations: scopes };
  const scoped_routes = { name: "scopes", scope_key_builder: { fragments }, scoped_route_configurations_list };
  return { route_config: undefined, scoped_routes };
}

function statusFor(options: { manager: object }, ...headers: string[]): number {
  const run = new RouterRun(options);
  const client = run.send(["GET / HTTP/1.1", "host: a", ...headers, "", ""].join("\r\n"));
  const status = statusOf(client.received);
  run.finish([client]);
  return status;
}

describe("a route table for each scope", () => {
  test("by a header as a whole", () => {
    const tenants = [scope("a", ["ann"], 201), scope("b", ["bob"], 202)];
    const options = { manager: manager([extractor({ name: "X-Tenant", index: 0 })], tenants) };
    assert.equal(statusFor(options, "x-tenant: ann"), 201);
    assert.equal(statusFor(options, "x-tenant: bob"), 202);
    assert.equal(statusFor(options, "x-tenant: bob", "x-tenant: ann"), 202, "the first value counts");
    assert.equal(statusFor(options, "x-tenant: Ann"), 404);
    assert.equal(statusFor(options), 404);
  });

  test("by elements of headers, several together", () => {
    const fragments = [
      extractor({ name: "x-tags", element_separator: ";", element: { separator: "=", key: "tenant" } }),
      extractor({ name: "x-list", element_separator: ",", index: 1 }),
    ];
    const options = { manager: manager(fragments, [scope("a", ["ann", "two"], 201), scope("b", ["", "two"], 202)]) };
    assert.equal(statusFor(options, "x-tags: a=b;tenant=ann", "x-list: one,two"), 201);
    assert.equal(statusFor(options, "x-tags: tenant", "x-list: one,two"), 202, "an element without a value");
    assert.equal(statusFor(options, "x-tags: tenant=ann=x", "x-list: one,two"), 404);
    assert.equal(statusFor(options, "x-tags: tenant=ann", "x-list: one"), 404, "too few elements");
    assert.equal(statusFor(options, "x-tags: other=ann", "x-list: one,two"), 404);
  });

  test("what a request without a scope gets is no route", () => {
    const run = new RouterRun({ manager: manager([extractor({ name: "x", index: 0 })], [scope("a", ["a"], 200)]) });
    const client = run.get();
    assert.deepEqual(run.log, ["404 NR route_not_found"]);
    run.finish([client]);
  });
});

test("scopes that cannot be", () => {
  const fragments = [extractor({ name: "x", index: 1 })];
  const scopes = [scope("a", ["a"], 200), scope("b", ["a"], 200), scope("c", ["a", "b"], 200)];
  const text = JSON.stringify(bootstrapOf({ manager: manager(fragments, scopes) }));
  assert.throws(
    () => loadBootstrap({ text }),
    (error) => {
      assert.ok(error instanceof ConfigError);
      const told = error.problems.map(({ path, message }) => `${path.replace(/^.*scoped_routes\./, "")}: ${message}`);
      const list = "scoped_route_configurations_list.scoped_route_configurations";
      assert.deepEqual(
        told.sort(),
        [
          "scope_key_builder.fragments[0].header_value_extractor.index: there is only one element without an `element_separator`",
          `${list}[1].key: the scope "a" has the same key`,
          `${list}[2].key: has 2 fragments, but \`scope_key_builder\` makes 1`,
        ].sort(),
      );
      return true;
    },
  );
});
