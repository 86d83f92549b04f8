import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { verdictOf } from "./examination.js";
import { get, type Probe } from "./probe.js";
import { hopByHop } from "./probes/hop-by-hop.js";
import { RecordingOrigin } from "./recording-origin.js";
import { reportOf } from "./report.js";
import { Site } from "./site.js";

const CIRCUMSTANCES = { date: "2026-01-02", node: "20.12.0", waitMs: 50, missing: ["nginx is not installed"] };

test("what passes bytes through and understands none of them fails", async (t) => {
  const origin = await RecordingOrigin.start(500);
  t.after(() => origin.close());
  const relay = net.createServer((client) => {
    const upstream = net.connect(origin.port, "127.0.0.1");
    client.pipe(upstream).pipe(client);
    client.on("error", () => upstream.destroy());
    upstream.on("error", () => client.destroy());
  });
  await new Promise<void>((resolve) => relay.listen(0, "127.0.0.1", resolve));
  t.after(() => relay.close());
  const site = new Site((relay.address() as net.AddressInfo).port, origin, 500);
  const verdicts = new Map<Probe, string | null>();
  for (const probe of hopByHop[0]?.probes ?? []) verdicts.set(probe, await verdictOf(probe, site));
  assert.ok([...verdicts.values()].includes("X-Foo reached the origin"));
  assert.ok([...verdicts.values()].includes("the origin got Max-Forwards: 5"));
  const page = reportOf(
    hopByHop.slice(0, 1),
    [{ name: "a relay", version: "1", setup: "none", verdicts }],
    CIRCUMSTANCES,
  );
  assert.match(
    page,
    /\| a field that the client's Connection names is not forwarded \| 9110 7\.6\.1 \| MUST \| \*\*✗\*\* \|/,
  );
  assert.match(page, /an option that names Host or Content-Length takes neither away \| 9110 7\.6\.1 \| MUST \| ✓ \|/);
  assert.match(page, /Not here: nginx is not installed\./);
});

test("a peer that hangs fails with what was waited for; other errors are no verdict", async (t) => {
  const origin = await RecordingOrigin.start(50);
  t.after(() => origin.close());
  const site = new Site(origin.port, origin, 50);
  const asked: Probe = {
    title: "asks",
    section: "0",
    level: "MUST",
    run: async (place) => {
      const client = await place.client();
      client.send(get());
      await client.response();
    },
  };
  assert.equal(await verdictOf(asked, site), "the client waited 50 ms in vain for a response");
  const broken: Probe = { ...asked, run: () => Promise.reject(new TypeError("of the probe")) };
  await assert.rejects(verdictOf(broken, site), /of the probe/);
});
