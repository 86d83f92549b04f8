import assert from "node:assert/strict";
import { test } from "node:test";
import { VirtualHostTable } from "./virtual-host-table.js";

function tableOf(...domains: string[]): VirtualHostTable<string> {
  const table = new VirtualHostTable<string>();
  for (const domain of domains) table.add(domain, domain);
  return table;
}

test("exact, longest suffix, longest prefix, then any", () => {
  const table = tableOf("*", "foo.*", "foo.bar.*", "*.bar.com", "*-x.bar.com", "www.bar.com", "*.com");
  const expected = {
    "www.bar.com": "www.bar.com",
    "a.bar.com": "*.bar.com",
    "a-x.bar.com": "*-x.bar.com",
    "bar.com": "*.com",
    "foo.bar.com": "*.bar.com",
    "foo.bar.org": "foo.bar.*",
    "foo.baz.org": "foo.*",
    "elsewhere.org": "*",
    "": "*",
  };
  for (const [host, domain] of Object.entries(expected)) assert.equal(table.find(host), domain, host);
});

test("a wildcard stands for at least one character", () => {
  const table = tableOf("*.bar.com", "foo.*");
  assert.equal(table.find(".bar.com"), null);
  assert.equal(table.find("foo."), null);
  assert.equal(table.find("x.bar.com"), "*.bar.com");
  assert.equal(table.find("foo.x"), "foo.*");
});

test("the order in which domains are added means nothing", () => {
  const domains = ["*.b.c", "*.c", "a.*", "a.b.*", "*.a.b.c"];
  for (const order of [domains, [...domains].reverse()]) {
    assert.equal(tableOf(...order).find("x.a.b.c"), "*.a.b.c");
    assert.equal(tableOf(...order).find("a.b.d"), "a.b.*");
  }
});

test("nothing matches where no domain does", () => {
  assert.equal(tableOf("a").find("b"), null);
  assert.equal(tableOf().find("b"), null);
});
