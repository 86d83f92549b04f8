import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTemplateRewrite, parseUriTemplate } from "./uri-template.js";
import { UriTemplateRewriter } from "./uri-template-rewriter.js";

test("templates match segments and what they name", () => {
  const cases: readonly (readonly [template: string, path: string, groups: readonly string[] | null])[] = [
    ["/a/{b}", "/a/x", ["x"]],
    ["/a/{b}", "/a/x/y", null],
    ["/a/*", "/a/x", []],
    ["/a/*", "/a/", null],
    ["/a/**", "/a/x/y", []],
    ["/a/{rest=**}", "/a/x/y", ["x/y"]],
    ["/{a=x/*}/z", "/x/1/z", ["x/1"]],
    ["/{file}.json", "/data.json", ["data"]],
    ["/a.b", "/axb", null],
  ];
  for (const [template, path, groups] of cases) {
    const parsed = parseUriTemplate(template);
    assert.ok(typeof parsed !== "string", `${template}: ${String(parsed)}`);
    const match = new RegExp(`^(?:${parsed.regex})$`).exec(path);
    assert.deepEqual(match === null ? null : match.slice(1), groups, `${template} ${path}`);
  }
});

test("templates that are none", () => {
  for (const template of ["a", "/{a", "/{a}/{a}", "/{1a}", "/**/b", "/{a=**}/b", "/a b", `/{${"a".repeat(17)}}`]) {
    assert.equal(typeof parseUriTemplate(template), "string", template);
  }
  assert.equal(typeof parseUriTemplate("/{a}/{b}/{c}/{d}/{e}/{f}"), "string");
});

test("rewrites put variables together", () => {
  const rewriter = new UriTemplateRewriter("/users/{id}/{rest=**}", "/{rest}/of-{id}");
  assert.equal(rewriter.rewrite("/users/7/a/b?q=1"), "/a/b/of-7?q=1");
  assert.equal(rewriter.rewrite("/other"), "/other");
  assert.equal(typeof parseTemplateRewrite("/{x}", ["a"]), "string");
  assert.equal(typeof parseTemplateRewrite("x", []), "string");
  assert.equal(typeof parseTemplateRewrite("/{a", ["a"]), "string");
});
