import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { nginxConfig } from "../../../bench/macro/nginx-config.js";
import { isInstalled } from "../../../bench/support/installed.js";
import type { Contender } from "./contender.js";

export const nginx: Contender = {
  name: "nginx",
  setup: "HTTP/1.1 and 16 kept connections to the origin, `Host` and upgrades passed on as its manual shows",
  missing: () => (isInstalled("nginx") ? null : "nginx is not installed"),
  version: () => /nginx\/(\S+)/.exec(spawnSync("nginx", ["-v"], { encoding: "utf8" }).stderr)?.[1] ?? "",
  prepare: ({ folder, listenPort, originPort }) => {
    const http = `  map $http_upgrade $connection_upgrade { default upgrade; "" ""; }
  upstream origin {
    server 127.0.0.1:${originPort};
    keepalive 16;
  }
  server {
    listen 127.0.0.1:${listenPort};
    location / {
      proxy_pass http://origin;
      proxy_http_version 1.1;
      proxy_set_header Host $host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
    }
  }`;
    const config = join(folder, "nginx.conf");
    writeFileSync(config, nginxConfig(folder, http));
    return { command: ["nginx", "-c", config] };
  },
};
