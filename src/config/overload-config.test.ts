import assert from "node:assert/strict";
import { test } from "node:test";
import { configOf, problemsOf } from "./config-text.test.support.js";

const TYPES = "type.googleapis.com/envoy.extensions.resource_monitors";
const HEAP = `{ name: heap, typed_config: { "@type": ${TYPES}.fixed_heap.v3.FixedHeapConfig, max_heap_size_bytes: 1000 } }`;

/** The body's first line is line 2, its first column is 3. */
function overloadText(body: string): string {
  return `overload_manager:\n${body.replace(/^/gm, "  ")}`;
}

test("without an overload manager nothing is watched", () => {
  assert.equal(configOf("static_resources: {}").overload, null);
});

test("every kind of monitor, action and trigger", () => {
  const config = configOf(
    overloadText(`refresh_interval: 0.25s
resource_monitors:
- ${HEAP}
- { name: file, typed_config: { "@type": ${TYPES}.injected_resource.v3.InjectedResourceConfig, filename: /f } }
- { name: cx, typed_config: { "@type": ${TYPES}.downstream_connections.v3.DownstreamConnectionsConfig, max_active_downstream_connections: 7 } }
actions:
- { name: envoy.overload_actions.disable_http_keepalive, triggers: [{ name: heap, threshold: { value: 0.9 } }, { name: file, scaled: { scaling_threshold: 0.5, saturation_threshold: 0.75 } }] }
loadshed_points:
- { name: envoy.load_shed_points.tcp_listener_accept, triggers: [{ name: cx, threshold: { value: 1 } }] }`),
  );
  assert.deepEqual(config.overload, {
    refreshIntervalMs: 250,
    monitors: [
      { name: "heap", kind: "fixedHeap", maxBytes: 1000 },
      { name: "file", kind: "injected", path: "/f" },
      { name: "cx", kind: "downstreamConnections", maxConnections: 7 },
    ],
    actions: [
      {
        name: "envoy.overload_actions.disable_http_keepalive",
        triggers: [
          { resource: "heap", from: 0.9, to: 0.9 },
          { resource: "file", from: 0.5, to: 0.75 },
        ],
      },
      { name: "envoy.load_shed_points.tcp_listener_accept", triggers: [{ resource: "cx", from: 1, to: 1 }] },
    ],
  });
});

const THRESHOLD = "threshold: { value: 0.9 }";

const FAULTS: readonly (readonly [string, readonly string[]])[] = [
  [
    `resource_monitors: [${HEAP}]
actions: [{ name: envoy.overload_actions.stop_accepting_request, triggers: [{ name: heap, ${THRESHOLD} }] }]`,
    [
      '3:21 error overload_manager.actions[0].name: there is no overload action "envoy.overload_actions.stop_accepting_request" -> did you mean `envoy.overload_actions.stop_accepting_requests`?',
    ],
  ],
  [
    `resource_monitors: [${HEAP}]
actions: [{ name: envoy.overload_actions.shrink_heap, triggers: [{ name: heap, ${THRESHOLD} }] }]`,
    [
      "3:21 warning overload_manager.actions[0].name: envoy.overload_actions.shrink_heap is known but not implemented by Sluice yet; it has no effect",
    ],
  ],
  [
    `resource_monitors: [${HEAP}, ${HEAP}]
actions: [{ name: envoy.overload_actions.stop_accepting_requests, triggers: [{ name: head, ${THRESHOLD} }] }]`,
    [
      `2:187 error overload_manager.resource_monitors[1].name: there is another resource monitor "heap"`,
      '3:88 error overload_manager.actions[0].triggers[0].name: there is no resource monitor "head" -> did you mean `heap`?',
    ],
  ],
  [
    `resource_monitors: [${HEAP}]
actions: [{ name: envoy.overload_actions.stop_accepting_requests, triggers: [{ name: heap, scaled: { scaling_threshold: 0.9, saturation_threshold: 0.8 } }] }]`,
    [
      "3:150 error overload_manager.actions[0].triggers[0].scaled.saturation_threshold: must be more than `scaling_threshold`",
    ],
  ],
  [
    'resource_monitors: [{ name: x, typed_config: { "@type": t/google.protobuf.Empty } }]',
    [
      '2:23 warning overload_manager.resource_monitors[0]: the resource monitor "x" (`google.protobuf.Empty`) is known but not implemented by Sluice yet: its triggers never begin',
    ],
  ],
];

for (const [body, expected] of FAULTS) {
  test(`faults of an overload manager: ${expected[0]}`, () => {
    assert.deepEqual(problemsOf(overloadText(body)), expected);
  });
}
