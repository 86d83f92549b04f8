import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { proxyConfig } from "../support/proxy-config.js";
import { RawClient } from "../support/raw-client.js";
import { ScriptedUpstream } from "../support/scripted-upstream.js";
import { SluiceProcess } from "../support/sluice-process.js";
import { parseWireCases, type WireCase } from "../support/wire-case.js";

/*
 * What test/wire/smuggling.md sends, through the built program on real sockets: whoever is refused must be able to read
 * why, which a connection that is reset too early would take from him.
 */

const FILE = new URL("../../../test/wire/smuggling.md", import.meta.url);
const AT_ONCE = 16;

/** Cases that are refused before anything goes upstream, with what they send and the status of the answer. */
function refusedCases(): { readonly bytes: string; readonly status: number; readonly where: string }[] {
  const cases = parseWireCases(readFileSync(FILE, "utf8"), "smuggling.md");
  return cases.filter(isRefused).map(({ steps, outcome, line }) => {
    const [sent] = steps;
    assert.ok(sent?.kind === "client");
    return { bytes: sent.bytes, status: Number(outcome.log[0]?.slice(0, 3)), where: `smuggling.md:${line}` };
  });
}

function isRefused({ settings, steps, outcome }: WireCase): boolean {
  return settings.maxRequestHeadersKb === 60 && steps.length === 2 && outcome.upstream === "none";
}

async function expectRefusal(t: TestContext, port: number, bytes: string, status: number): Promise<void> {
  const client = await RawClient.connect(t, port);
  client.send(bytes);
  const response = await client.response();
  assert.equal(response.status, status);
  await client.expectClose();
}

test("requests that are refused get their answer and the end of the connection, the origin gets nothing", async (t) => {
  let asked = 0;
  const handler = (): string => {
    asked++;
    return "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
  };
  const upstream = await ScriptedUpstream.start(t, { handler });
  const sluice = await SluiceProcess.start(t, proxyConfig({ upstreamPorts: [upstream.port] }));
  const cases = refusedCases();
  assert.ok(cases.length > 150, `${cases.length} cases`);
  for (let at = 0; at < cases.length; at += AT_ONCE) {
    await Promise.all(
      cases.slice(at, at + AT_ONCE).map(({ bytes, status, where }) =>
        expectRefusal(t, sluice.port, bytes, status).catch((cause: unknown) => {
          throw new Error(`${where}: ${cause instanceof Error ? cause.message : cause}`, { cause });
        }),
      ),
    );
  }
  assert.equal(asked, 0);
  const stats = await sluice.stats();
  assert.equal(stats.get("http.main.downstream_rq_total"), cases.length);
});
