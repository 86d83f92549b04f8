import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../support/installed.js";
import type { Contender } from "./contender.js";

export const caddy: Contender = {
  name: "caddy",
  missing: () => (isInstalled("caddy") ? null : "caddy is not installed"),
  prepare: ({ folder, listenPort, upstreamPort, connections }) => {
    const config = join(folder, "Caddyfile");
    const text = `{
  admin off
  auto_https off
}
http://:${listenPort} {
  bind 127.0.0.1
  reverse_proxy 127.0.0.1:${upstreamPort} {
    transport http {
      keepalive_idle_conns_per_host ${connections * 2}
    }
  }
}
`;
    writeFileSync(config, text);
    return {
      command: ["caddy", "run", "--config", config, "--adapter", "caddyfile"],
      env: { GOMAXPROCS: "1", HOME: folder, XDG_CONFIG_HOME: folder, XDG_DATA_HOME: folder },
    };
  },
};
