import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../support/installed.js";
import type { Contender } from "./contender.js";

export const haproxy: Contender = {
  name: "haproxy",
  missing: () => (isInstalled("haproxy") ? null : "haproxy is not installed"),
  prepare: ({ folder, listenPort, upstreamPort }) => {
    const config = join(folder, "haproxy.cfg");
    const text = `global
  nbthread 1
  maxconn 4096
defaults
  mode http
  http-reuse always
  timeout connect 5s
  timeout client 60s
  timeout server 60s
frontend proxy
  bind 127.0.0.1:${listenPort}
  default_backend upstream
backend upstream
  server one 127.0.0.1:${upstreamPort}
`;
    writeFileSync(config, text);
    return { command: ["haproxy", "-db", "-f", config] };
  },
};
