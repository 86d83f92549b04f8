import assert from "node:assert/strict";
import { test } from "node:test";
import { addressText } from "../../network/address.js";
import { endpoint } from "../cluster.test.support.js";
import type { EndpointConfig } from "../cluster-info.js";
import { HostStabilizer } from "./host-stabilizer.js";

function shown(endpoints: readonly EndpointConfig[] | null): string[] | null {
  if (endpoints === null) return null;
  return endpoints.map((one) => `${addressText(one.address)}${one.isPendingRemoval ? " pending" : ""}`);
}

test("hosts that discovery has lost stay for as long as they pass", () => {
  const failed = new Set(["10.0.0.3:80"]);
  const stabilizer = new HostStabilizer((address) => !failed.has(address));
  const [one, two, three] = [endpoint(1), endpoint(2), endpoint(3)];
  assert.deepEqual(shown(stabilizer.onDiscovered([one, two, three])), ["10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80"]);
  assert.deepEqual(shown(stabilizer.onDiscovered([one])), ["10.0.0.1:80", "10.0.0.2:80 pending"]);
  assert.equal(stabilizer.withoutFailed(), null);
  failed.add("10.0.0.1:80");
  assert.equal(stabilizer.withoutFailed(), null, "what discovery finds stays, whatever becomes of it");
  assert.deepEqual(shown(stabilizer.onDiscovered([two])), ["10.0.0.2:80"], "found again");
  assert.deepEqual(shown(stabilizer.onDiscovered([])), ["10.0.0.2:80 pending"]);
  failed.add("10.0.0.2:80");
  assert.deepEqual(shown(stabilizer.withoutFailed()), []);
});
