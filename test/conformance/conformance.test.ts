import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { SluiceProcess } from "../support/sluice-process.js";
import { verdictOf } from "./examination.js";
import { PROBE_GROUPS } from "./probes/all.js";
import { sluiceConfig } from "./proxies/sluice.js";
import { RecordingOrigin } from "./recording-origin.js";
import { Site } from "./site.js";

/** A probe that Sluice passes never waits so long; a busy machine may need it. */
const WAIT_MS = 10_000;

describe("conformance", () => {
  test("Sluice passes every probe of npm run conformance", async (t) => {
    const origin = await RecordingOrigin.start(WAIT_MS);
    t.after(() => origin.close());
    const sluice = await SluiceProcess.start(t, sluiceConfig({ originPort: origin.port }));
    const site = new Site(sluice.port, origin, WAIT_MS);
    for (const probe of PROBE_GROUPS.flatMap(({ probes }) => probes)) {
      await t.test(`${probe.title} (RFC ${probe.section})`, async () => {
        assert.equal(await verdictOf(probe, site), null);
      });
    }
    assert.ok(sluice.isRunning);
  });
});
