import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { isInstalled } from "../../support/installed.js";
import { nginxConfig, UNLIMITED_REQUESTS } from "../nginx-config.js";
import type { Contender } from "./contender.js";

/** One worker, a keep-alive pool, and buffers of 64 KiB: with its default of 4 KiB it loses at large bodies. */
export const nginx: Contender = {
  name: "nginx",
  missing: () => (isInstalled("nginx") ? null : "nginx is not installed"),
  prepare: ({ folder, listenPort, upstreamPort, connections }) => {
    const http = `  upstream backend {
    server 127.0.0.1:${upstreamPort};
    keepalive ${connections * 2};
    keepalive_requests ${UNLIMITED_REQUESTS};
  }
  server {
    listen 127.0.0.1:${listenPort} backlog=1024;
    location / {
      proxy_pass http://backend;
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_buffer_size 64k;
      proxy_buffers 8 64k;
      proxy_busy_buffers_size 128k;
      proxy_max_temp_file_size 0;
    }
  }`;
    const config = join(folder, "nginx.conf");
    writeFileSync(config, nginxConfig(folder, http));
    return { command: ["nginx", "-c", config] };
  },
};
