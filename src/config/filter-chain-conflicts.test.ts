import assert from "node:assert/strict";
import { test } from "node:test";
import { LISTENER_PATH, listenerText, problemsBelow } from "./config-text.test.support.js";

function conflicts(...matches: string[]): string[] {
  const chains = matches.map((match) => (match === "" ? "{}" : `{ filter_chain_match: { ${match} } }`));
  return problemsBelow(
    LISTENER_PATH,
    listenerText(`filter_chains:\n${chains.map((chain) => `- ${chain}`).join("\n")}`),
  );
}

const SAME = "takes the same connections as the filter chain in line 5";

test("chains that take the same connections", () => {
  const pairs: readonly (readonly [string, string])[] = [
    ["", ""],
    ["", "server_names: []"],
    ["server_names: [a.com, b.com]", "server_names: [B.com, c.com]"],
    ["destination_port: 80", "destination_port: 80"],
    [
      "prefix_ranges: [{ address_prefix: 10.1.2.3, prefix_len: 8 }]",
      "prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }]",
    ],
    ["source_ports: [1, 2], server_names: [a]", "source_ports: [2, 3], server_names: [a]"],
    ["transport_protocol: tls", "transport_protocol: tls"],
  ];
  for (const [first, second] of pairs) {
    const [problem, ...others] = conflicts(first, second);
    assert.ok(problem?.includes(SAME) && problem.startsWith("6:"), `${first} and ${second}: ${problem}`);
    assert.deepEqual(others, []);
  }
});

test("chains of which one is more special", () => {
  const pairs: readonly (readonly [string, string])[] = [
    ["", "server_names: [a.com]"],
    ["server_names: [a.com]", 'server_names: ["*.a.com"]'],
    ["destination_port: 80", "destination_port: 81"],
    [
      "prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }]",
      "prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 9 }]",
    ],
    ["source_ports: [1], server_names: [a]", "source_ports: [1], server_names: [b]"],
    ["transport_protocol: tls", "transport_protocol: raw_buffer"],
    ["source_type: EXTERNAL", "source_type: ANY"],
  ];
  for (const [first, second] of pairs) assert.deepEqual(conflicts(first, second), [], `${first} and ${second}`);
});

test("a chain of very many combinations is not compared", () => {
  const many = Array.from({ length: 200 }, (_, index) => index + 1).join(", ");
  const names = Array.from({ length: 200 }, (_, index) => `n${index}`).join(", ");
  assert.deepEqual(conflicts(`source_ports: [${many}], server_names: [${names}]`, "destination_port: 1"), []);
});
