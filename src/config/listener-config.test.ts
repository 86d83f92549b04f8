import assert from "node:assert/strict";
import { test } from "node:test";
import type { ListenerConfig } from "../network/listener-config.js";
import { configOf, LISTENER_PATH, listenerText, problemsBelow, problemsOf } from "./config-text.test.support.js";

const EMPTY_CHAIN = "filter_chains: [{}]";

function listener(body: string, address?: string): ListenerConfig {
  const [only] = configOf(listenerText(body, address)).listeners;
  assert.ok(only);
  return only;
}

function problems(body: string, address?: string): string[] {
  return problemsBelow(LISTENER_PATH, listenerText(body, address));
}

test("every field of a listener", () => {
  const config = listener(`
name: l
additional_addresses:
- address: { socket_address: { address: "::1", port_value: 0 } }
- address: { pipe: { path: /run/a.sock, mode: 432 } }
stat_prefix: p
per_connection_buffer_limit_bytes: 1
tcp_backlog_size: 2
enable_reuse_port: true
bind_to_port: true
filter_chains:
- name: a
  filter_chain_match:
    destination_port: 443
    prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 8 }, { address_prefix: "::" }]
    server_names: [A.test, "*.b.test"]
    transport_protocol: tls
    application_protocols: [h2]
    direct_source_prefix_ranges: [{ address_prefix: 1.1.1.1, prefix_len: 32 }]
    source_type: EXTERNAL
    source_prefix_ranges: [{ address_prefix: 2.2.2.2, prefix_len: 32 }]
    source_ports: [1, 2]
default_filter_chain: { name: d }
metadata: { filter_metadata: { f: { k: 1 } } }
drain_type: MODIFY_ONLY
traffic_direction: INBOUND
access_log:
- name: a
  typed_config: { "@type": t/envoy.extensions.access_loggers.stream.v3.StderrAccessLog, log_format: { text_format: x } }`);
  assert.deepEqual(config, {
    name: "l",
    address: { kind: "ip", host: "0.0.0.0", port: 80 },
    additionalAddresses: [
      { kind: "ip", host: "::1", port: 0 },
      { kind: "pipe", path: "/run/a.sock", mode: 0o660 },
    ],
    statPrefix: "p",
    perConnectionBufferLimitBytes: 1,
    tcpBacklogSize: 2,
    filterChains: [
      {
        metadata: {},
        name: "a",
        match: {
          destinationPort: 443,
          prefixRanges: [
            { addressPrefix: "10.0.0.0", prefixLength: 8 },
            { addressPrefix: "::", prefixLength: 0 },
          ],
          serverNames: ["a.test", "*.b.test"],
          transportProtocol: "tls",
          applicationProtocols: ["h2"],
          directSourcePrefixRanges: [{ addressPrefix: "1.1.1.1", prefixLength: 32 }],
          sourceType: "external",
          sourcePrefixRanges: [{ addressPrefix: "2.2.2.2", prefixLength: 32 }],
          sourcePorts: [1, 2],
        },
        filters: [],
      },
    ],
    ignoreGlobalConnectionLimit: false,
    drainType: "modifyOnly",
    trafficDirection: "inbound",
    bypassOverloadManager: false,
    metadata: { f: { k: 1 } },
    defaultFilterChain: { name: "d", match: null, metadata: {}, filters: [] },
    accessLogs: [
      {
        sink: { kind: "stderr" },
        format: { kind: "text", text: "x", json: null, omitEmptyValues: false },
        filter: null,
      },
    ],
  } satisfies ListenerConfig);
});

test("a listener without a name goes by its address", () => {
  const config = listener(EMPTY_CHAIN, '{ socket_address: { address: "::1", port_value: 80 } }');
  assert.deepEqual([config.name, config.statPrefix], ["[::1]:80", "[__1]_80"]);
});

const CHAIN = "filter_chains[0]";

const FAULTS: readonly (readonly [string, readonly string[]])[] = [
  ["name: a", ["3:5 error filter_chains: a listener needs at least one filter chain"]],
  [
    "filter_chains: [{ tls_context: {} }]",
    [
      `4:23 error ${CHAIN}.tls_context: unknown field \`tls_context\` of FilterChain -> \`tls_context\` was removed with Envoy's v2 API: use \`transport_socket\` with a typed DownstreamTlsContext`,
    ],
  ],
  [
    'filter_chains: [{ filters: [{ name: x, typed_config: { "@type": t/envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy, stat_prefix: s, cluster: c } }] }]',
    [
      `4:58 error ${CHAIN}.filters[0].typed_config: the network filter "x" (\`envoy.extensions.filters.network.tcp_proxy.v3.TcpProxy\`) is known but not implemented by Sluice yet -> implemented: envoy.filters.network.http_connection_manager`,
    ],
  ],
  [
    "filter_chains: [{ filters: [{ name: envoy.filters.network.http_connection_manager, config: {} }] }]",
    [
      `4:88 error ${CHAIN}.filters[0].config: unknown field \`config\` of Filter -> \`config\` was removed with Envoy's v2 API: use \`typed_config\` with an \`@type\``,
    ],
  ],
  [
    "filter_chains: [{ filters: [{ name: envoy.filters.network.http_connection_manager }] }]",
    [
      `4:33 error ${CHAIN}.filters[0]: the network filter "envoy.filters.network.http_connection_manager" has no \`typed_config\`: its type says which network filter it is -> ` +
        'add `typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager }`',
    ],
  ],
  [
    'listener_filters: [{ name: x, typed_config: { "@type": t/envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector } }]\nfilter_chains: [{}]',
    [
      '4:24 warning listener_filters[0]: the listener filter "x" is known but not implemented by Sluice yet: connections are taken as plaintext, and chains that match on TLS take none',
    ],
  ],
  [
    'listener_filters: [{ name: x, typed_config: { "@type": t/envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol } }]\nfilter_chains: [{}]',
    [
      '4:49 error listener_filters[0].typed_config: the listener filter "x" (`envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol`) is known but not implemented by Sluice yet',
    ],
  ],
  [
    'filter_chains: [{ filter_chain_match: { server_names: [a, "*", "*w.b"] } }]',
    [
      `4:63 error ${CHAIN}.filter_chain_match.server_names[1]: "*": a server name is exact or begins with "*." -> leave \`server_names\` out to take every name`,
      `4:68 error ${CHAIN}.filter_chain_match.server_names[2]: "*w.b": a server name is exact or begins with "*."`,
    ],
  ],
  [
    "filter_chains: [{ filter_chain_match: { prefix_ranges: [{ address_prefix: 10.0.0.0/8 }] } }]",
    [
      `4:79 error ${CHAIN}.filter_chain_match.prefix_ranges[0].address_prefix: "10.0.0.0/8" is not an IP address -> put the number after the slash into \`prefix_len\``,
    ],
  ],
  [
    "filter_chains: [{ filter_chain_match: { prefix_ranges: [{ address_prefix: 10.0.0.0, prefix_len: 33 }] } }]",
    [`4:101 error ${CHAIN}.filter_chain_match.prefix_ranges[0].prefix_len: an IPv4 prefix is 32 bits at most, not 33`],
  ],
  [
    "filter_chains: [{}]\nuse_original_dst: true\nenable_reuse_port: false\nfreebind: true",
    [
      "5:5 error use_original_dst: `use_original_dst` is known but not implemented by Sluice yet: connections would not reach the listener that they are meant for",
      "6:5 warning enable_reuse_port: `enable_reuse_port` is known but not implemented by Sluice yet; it has no effect",
      "7:5 warning freebind: `freebind` is known but not implemented by Sluice yet; it has no effect",
    ],
  ],
];

test("faults of listeners", () => {
  for (const [body, expected] of FAULTS) assert.deepEqual(problems(body), expected, body);
});

const ADDRESS_FAULTS: readonly (readonly [string, string])[] = [
  [
    "{ socket_address: { address: localhost, port_value: 80 } }",
    '3:43 error address.socket_address.address: "localhost" is not an IP address -> a listener\'s address is one of this machine; 0.0.0.0 and :: stand for all',
  ],
  [
    "{ envoy_internal_address: { server_listener_name: x } }",
    "3:40 error address.envoy_internal_address: an address inside of the proxy is known but not implemented by Sluice yet",
  ],
  ["~", "3:5 error address: a listener needs an `address`"],
];

test("faults of addresses", () => {
  for (const [address, expected] of ADDRESS_FAULTS)
    assert.deepEqual(problems(EMPTY_CHAIN, address), [expected], address);
});

test("two listeners cannot share a name or an address; port 0 is always free", () => {
  const text = `
admin: { address: { socket_address: { address: 0.0.0.0, port_value: 80 } } }
static_resources:
  listeners:
  - name: a
    address: &a { socket_address: { address: 0.0.0.0, port_value: 80 } }
    filter_chains: [{}]
  - name: a
    address: { socket_address: { address: 0.0.0.0, port_value: 0 } }
    additional_addresses: [{ address: { socket_address: { address: 0.0.0.0, port_value: 0 } } }]
    filter_chains: [{}]`;
  assert.deepEqual(problemsOf(text), [
    "2:19 error admin.address: the address 0.0.0.0:80 is in use already (line 6)",
    '8:11 error static_resources.listeners[1].name: there is another listener "a" (line 5)',
  ]);
});

test("what asks for nothing is not refused", () => {
  assert.deepEqual(
    problems("filter_chains: [{}]\ndefault_filter_chain: {}\nuse_original_dst: false\ntransparent: false"),
    [],
  );
});
