import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT } from "../../../bench/support/paths.js";
import { type ProxyConfigOptions, proxyConfig, socketAddress } from "../../support/proxy-config.js";
import type { Contender } from "./contender.js";

const PROTOCOL_OPTIONS = "type.googleapis.com/envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

export const sluice: Contender = {
  name: "Sluice",
  setup: "`via`, `accept_http_10`, `enable_trailers` on both sides, `upgrade_configs: websocket`",
  missing: () => (existsSync(`${ROOT}dist/src/cli/main.js`) ? null : "not built; run `npm run build`"),
  version: () => (JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as { version: string }).version,
  prepare: ({ folder, listenPort, originPort }) => {
    const config = join(folder, "sluice.yaml");
    writeFileSync(config, sluiceConfig({ originPort, listener: { address: socketAddress(listenPort) } }));
    return { command: [process.execPath, `${ROOT}bin/sluice`, "-c", config, "--concurrency", "1"] };
  },
};

/** What a user configures who wants all of HTTP/1 to pass. */
export function sluiceConfig(options: { originPort: number; listener?: object }): string {
  const config: ProxyConfigOptions = {
    upstreamPorts: [options.originPort],
    connectionManager: {
      via: "1.1 sluice",
      http_protocol_options: { accept_http_10: true, enable_trailers: true },
      upgrade_configs: [{ upgrade_type: "websocket" }],
    },
    cluster: {
      typed_extension_protocol_options: {
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
          "@type": PROTOCOL_OPTIONS,
          explicit_http_config: { http_protocol_options: { enable_trailers: true } },
        },
      },
    },
    ...(options.listener === undefined ? {} : { listener: options.listener }),
  };
  return proxyConfig(config);
}
