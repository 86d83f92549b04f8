import assert from "node:assert/strict";
import { test } from "node:test";
import { proxyConfig } from "../../test/support/proxy-config.js";
import { SimulatedProxy } from "../../test/support/simulated-proxy.js";

const FORMAT =
  "%CONNECTION_ID% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT% %BYTES_RECEIVED% %BYTES_SENT% %DURATION% " +
  "%RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS% %REQ(:PATH)%";

/** A proxy whose listener, not its connection manager, logs. */
function start(listener: object = {}): SimulatedProxy {
  const typedConfig = {
    "@type": "type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog",
    log_format: { text_format_source: { inline_string: FORMAT } },
  };
  const accessLog = [{ name: "log", typed_config: typedConfig }];
  return new SimulatedProxy(proxyConfig({ upstreamPorts: [81], listener: { access_log: accessLog, ...listener } }));
}

test("a listener logs each connection when it is over", () => {
  const proxy = start();
  const client = proxy.network.connectPeer(proxy.listenAddress, "192.0.2.5");
  const request = "GET /direct HTTP/1.1\r\nhost: a\r\n\r\n";
  client.send(request);
  proxy.dispatcher.runFor(500);
  assert.deepEqual(proxy.accessLog, []);
  const { length } = client.received;
  client.close();
  proxy.dispatcher.runUntilIdle();
  const [line, ...more] = proxy.accessLog;
  assert.deepEqual(more, []);
  assert.match(line ?? "", new RegExp(`^1 192\\.0\\.2\\.5 ${request.length} ${length} 50\\d - - remote close -$`));
});

test("and those that no filter chain takes", () => {
  const match = { source_prefix_ranges: [{ address_prefix: "10.0.0.0", prefix_len: 8 }] };
  const proxy = start({ filter_chains: [{ filter_chain_match: match, filters: [] }] });
  proxy.network.connectPeer(proxy.listenAddress, "192.0.2.5");
  proxy.dispatcher.runUntilIdle();
  assert.deepEqual(proxy.accessLog, ["1 192.0.2.5 0 0 0 NR filter_chain_not_found - -"]);
});
