import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { HeaderMap } from "../../http/headers/header-map.js";
import type { StreamInfo } from "../../stream-info/stream-info.js";
import { ROUND_ROBIN } from "../cluster.test.support.js";
import type { LoadBalancerContext } from "../load-balancer-context.js";
import type { OverrideHostConfig } from "../load-balancing-config.js";
import { BalancerRun, endpointRange } from "./balancer.test.support.js";

const HEADER = { headerName: "x-host", metadataKey: null };
const METADATA = { headerName: "", metadataKey: { namespace: "picker", path: ["host"] } };
const CONFIG: OverrideHostConfig = { kind: "overrideHost", sources: [HEADER, METADATA], policy: ROUND_ROBIN };

/** A request that names hosts, all its attempts. */
function naming(header: string | null, metadata: unknown = undefined): Partial<LoadBalancerContext> {
  const headers = new HeaderMap();
  if (header !== null) headers.add("x-host", header);
  const streamInfo = {
    dynamicMetadata: {
      get: (namespace: string, path: readonly string[]) => {
        return namespace === "picker" && path.join() === "host" ? metadata : undefined;
      },
    },
  } as unknown as StreamInfo;
  return { headers, streamInfo };
}

describe("override_host", () => {
  const start = () =>
    new BalancerRun(CONFIG, [...endpointRange(1, 2), ...endpointRange(3, 4, { priority: 1, health: "unhealthy" })]);

  test("a request goes to the host that it names, whatever its priority and health", () => {
    const run = start();
    assert.deepEqual(run.choices(1, naming("10.0.0.4:80")), [4]);
    assert.deepEqual(run.choices(1, naming(null, "10.0.0.3:80")), [3]);
    assert.deepEqual(run.choices(1, naming("10.0.0.2:80", "10.0.0.3:80")), [2]);
  });

  test("each retry takes the next one, and then the other policy", () => {
    const run = start();
    const [first, second, third] = run.choices(3, naming("10.0.0.4:80, 10.0.0.9:80,10.0.0.2:80"));
    assert.deepEqual([first, second], [4, 2]);
    assert.ok(third === 1 || third === 2);
    assert.deepEqual(run.choices(2, naming("10.0.0.4:80", "10.0.0.3:80")), [4, 3]);
  });

  test("retries know the hosts also when the header has been taken away", () => {
    const run = start();
    const request = naming("10.0.0.4:80,10.0.0.3:80");
    assert.deepEqual(run.choices(1, request), [4]);
    request.headers?.remove("x-host");
    assert.deepEqual(run.choices(1, request), [3]);
  });

  test("a request that names none of the hosts is left to the other policy", () => {
    const run = start();
    for (const request of [naming(null), naming(""), naming("10.0.0.9:80"), naming("x"), naming(null, 7), {}]) {
      assert.deepEqual(run.choices(2, request).sort(), [1, 2]);
    }
  });
});
