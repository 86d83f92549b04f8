import type { CommandLine } from "./command-line.js";
import { startDemoUpstream } from "./demo-upstream.js";
import { loadConfig } from "./load-config.js";
import { startServer } from "./run-server.js";

/** `sluice demo`, which `npm start` runs: a proxy with two upstreams of its own, to try things on. */
export async function demo(commandLine: CommandLine): Promise<number> {
  const ports = [await startDemoUpstream("one"), await startDemoUpstream("two")];
  const loaded = loadConfig({ ...commandLine, configPath: null, configYaml: demoConfig(ports) });
  if (loaded === null) return 1;
  // A demo on one thread takes its upstreams in turn, where several threads would each begin by chance.
  // Its steps are recorded, and printed only when that was asked for.
  const printTimelines = commandLine.flow !== "none";
  const running = await startServer(loaded, { ...commandLine, concurrency: 1, flow: "all" }, printTimelines);
  if (running === null) return 1;
  process.stdout.write(TRY);
  process.exit(await running.ended);
}

function demoConfig(ports: readonly number[]): string {
  const endpoints = ports
    .map((port) => `{ endpoint: { address: { socket_address: { address: 127.0.0.1, port_value: ${port} } } } }`)
    .join(", ");
  return `
admin:
  address: { socket_address: { address: 127.0.0.1, port_value: 9901 } }
static_resources:
  listeners:
  - name: demo
    address: { socket_address: { address: 127.0.0.1, port_value: 10000 } }
    filter_chains:
    - filters:
      - name: envoy.filters.network.http_connection_manager
        typed_config:
          "@type": type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager
          stat_prefix: demo
          access_log:
          - name: envoy.access_loggers.stdout
            typed_config: { "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog }
          route_config:
            virtual_hosts:
            - name: demo
              domains: ["*"]
              routes:
              - match: { path: /direct }
                direct_response: { status: 200, body: { inline_string: "answered by the proxy itself\\n" } }
              - match: { prefix: / }
                route: { cluster: upstreams }
          http_filters:
          - name: envoy.filters.http.router
            typed_config: { "@type": type.googleapis.com/envoy.extensions.filters.http.router.v3.Router }
  clusters:
  - name: upstreams
    load_assignment:
      cluster_name: upstreams
      endpoints: [{ lb_endpoints: [${endpoints}] }]
`;
}

const TRY = `
Sluice is running: proxy on http://127.0.0.1:10000, admin on http://127.0.0.1:9901. Try:

  curl -i http://127.0.0.1:10000/                    the two upstreams take turns
  curl -d hello http://127.0.0.1:10000/echo          a body, up and down
  curl -N http://127.0.0.1:10000/stream              a response that streams
  curl -i http://127.0.0.1:10000/direct              answered without an upstream
  curl http://127.0.0.1:9901/flow                    what happened to the last requests
  curl 'http://127.0.0.1:9901/flow?stream=1'         the first one, event by event
  curl 'http://127.0.0.1:9901/stats?usedonly'        counters

Ctrl-C ends it.

`;
