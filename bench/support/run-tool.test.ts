import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ToolSite } from "./run-tool.js";

test("a tool leaves nothing behind: what it began last ends first, and its folder goes", async () => {
  const site = new ToolSite("bench:some");
  writeFileSync(join(site.folder, "file"), "");
  const ended: string[] = [];
  site.after(() => void ended.push("first"));
  site.after(async () => void ended.push(`second, with its folder: ${existsSync(site.folder)}`));
  await site.leave();
  assert.deepEqual(ended, ["second, with its folder: true", "first"]);
  assert.equal(existsSync(site.folder), false);
});

test("nor does it when something cannot be ended", async () => {
  const site = new ToolSite("bench:some");
  let ended = false;
  site.after(() => {
    ended = true;
  });
  site.after(() => Promise.reject(new Error("stuck")));
  await assert.rejects(site.leave(), /stuck/);
  assert.equal(ended, true);
  assert.equal(existsSync(site.folder), false);
});
