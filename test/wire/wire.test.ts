import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { describe, test } from "node:test";
import { parseWireCases, type WireCase } from "../support/wire-case.js";
import { startWireProxy } from "../support/wire-proxy.js";
import { runWireCase, WIRE_NETWORKS } from "../support/wire-runner.js";

/** The cases stay beside their source: the compiler copies no Markdown. */
const CASES = new URL("../../../test/wire/", import.meta.url);

const fileNames = readdirSync(CASES).filter((name) => name.endsWith(".md") && name !== "README.md");

for (const fileName of fileNames) {
  const sections = bySection(parseWireCases(readFileSync(new URL(fileName, CASES), "utf8"), fileName));
  describe(`wire: ${fileName}`, () => {
    // One test for a section: thousands of them would take the runner longer than what they test.
    for (const [section, cases] of sections) {
      test(section, () => {
        for (const wireCase of cases) runOnAllNetworks(wireCase, fileName);
      });
    }
  });
}

function bySection(cases: readonly WireCase[]): ReadonlyMap<string, readonly WireCase[]> {
  const sections = new Map<string, WireCase[]>();
  let last = "";
  for (const wireCase of cases) {
    const { section } = wireCase;
    const known = sections.get(section);
    assert.ok(known === undefined || last === section, `${section}: two sections have this title`);
    if (known === undefined) sections.set(section, [wireCase]);
    else known.push(wireCase);
    last = section;
  }
  assert.ok(sections.size > 0);
  return sections;
}

function runOnAllNetworks(wireCase: WireCase, fileName: string): void {
  for (const [name, network] of WIRE_NETWORKS) {
    try {
      runWireCase(wireCase, fileName, network, startWireProxy);
    } catch (cause) {
      throw new Error(`${name}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    }
  }
}
