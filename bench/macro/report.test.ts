import assert from "node:assert/strict";
import { test } from "node:test";
import type { Sample } from "./measure.js";
import { type Series, summarize, tableOf } from "./report.js";

function seriesOf(proxy: string, ...cpu: number[]): Series {
  const samples = cpu.map(
    (micros): Sample => ({
      cpuMicrosPerRequest: micros,
      requestsPerSecond: 1e6 / micros,
      p99Ms: 1,
      peakMemoryBytes: 0,
    }),
  );
  return { proxy, bodyBytes: 100, samples, errors: [] };
}

test("medians and ratios to the baselines", () => {
  const [sluice] = summarize([seriesOf("sluice", 30, 90, 40), seriesOf("nginx", 20, 22), seriesOf("http-proxy", 80)]);
  assert.equal(sluice?.cpuMicrosPerRequest, 40);
  assert.equal(sluice?.cpuSpread, 1.5);
  assert.equal(sluice?.runs, 3);
  assert.deepEqual(sluice?.cpuTimes, { nginx: 40 / 21, "http-proxy": 0.5 });
});

test("a proxy that failed stays in the table, with its error below", () => {
  const failed: Series = { proxy: "caddy", bodyBytes: 100, samples: [], errors: ["does not listen"] };
  const lines = tableOf(summarize([seriesOf("nginx", 20), failed]))
    .trim()
    .split("\n");
  assert.match(lines[3] ?? "", /^caddy +- .* 0$/);
  assert.equal(lines[4], "caddy, 100 bytes: does not listen");
});
