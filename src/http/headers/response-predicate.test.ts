import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderMap } from "./header-map.js";
import { compileResponsePredicate, type ResponsePredicateConfig } from "./response-predicate.js";

function header(name: string, value: string): ResponsePredicateConfig {
  const matcher = { kind: "exact", value, ignoreCase: false } as const;
  return {
    kind: "headers",
    headers: [{ name, value: { kind: "string", matcher }, invert: false, treatMissingAsEmpty: false }],
  };
}

test("a predicate of a response's head", () => {
  const headers = new HeaderMap();
  headers.status = 429;
  headers.add("x-a", "1");
  const [yes, no] = [header(":status", "429"), header("x-a", "2")];
  const both = { kind: "headers", headers: [...headersOf(yes), ...headersOf(header("x-a", "1"))] } as const;
  for (const [config, expected] of [
    [yes, true],
    [no, false],
    [both, true],
    [{ kind: "headers", headers: [...headersOf(yes), ...headersOf(no)] }, false],
    [{ kind: "and", rules: [yes, yes] }, true],
    [{ kind: "and", rules: [yes, no] }, false],
    [{ kind: "or", rules: [no, yes] }, true],
    [{ kind: "or", rules: [no, no] }, false],
    [{ kind: "not", rule: no }, true],
    [{ kind: "not", rule: { kind: "or", rules: [no, yes] } }, false],
    [{ kind: "constant", value: true }, true],
    [{ kind: "constant", value: false }, false],
  ] as const) {
    assert.equal(compileResponsePredicate(config).matches(headers), expected, JSON.stringify(config));
  }
});

function headersOf(config: ResponsePredicateConfig) {
  return config.kind === "headers" ? config.headers : [];
}
