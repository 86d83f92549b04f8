import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../../bench/support/installed.js";
import type { Contender } from "./contender.js";

export const haproxy: Contender = {
  name: "HAProxy",
  setup: "`mode http`, connections to the origin reused wherever they can be, `option abortonclose`",
  missing: () => (isInstalled("haproxy") ? null : "haproxy is not installed"),
  version: () => /version (\d[\d.]*)/.exec(spawnSync("haproxy", ["-v"], { encoding: "utf8" }).stdout)?.[1] ?? "",
  prepare: ({ folder, listenPort, originPort }) => {
    const config = join(folder, "haproxy.cfg");
    const text = `global
  nbthread 1
  maxconn 256
defaults
  mode http
  http-reuse always
  option abortonclose
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  timeout tunnel 60s
frontend proxy
  bind 127.0.0.1:${listenPort}
  default_backend origin
backend origin
  server one 127.0.0.1:${originPort}
`;
    writeFileSync(config, text);
    return { command: ["haproxy", "-db", "-f", config] };
  },
};
