import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { freePort, startServer } from "../support/processes.js";
import { LOAD_CORE, pinned } from "./cores.js";
import { nginxConfig } from "./nginx-config.js";

/** Bodies up to this length are answered from the configuration; longer ones are files, sent by the kernel. */
const MAX_INLINE_BYTES = 1024;

/** Starts the server behind the proxies, which answers `/<bytes>` with a body of that length; resolves to its port. */
export async function startUpstream(folder: string, sizes: readonly number[]): Promise<number> {
  const port = await freePort();
  const files = join(folder, "files");
  mkdirSync(files, { recursive: true });
  for (const size of sizes) if (size > MAX_INLINE_BYTES) writeFileSync(join(files, String(size)), "x".repeat(size));
  const inline = sizes.filter((size) => size <= MAX_INLINE_BYTES).map(inlineLocation);
  const http = `  sendfile on;
  tcp_nopush on;
  open_file_cache max=10;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    root ${files};
    ${inline.join("\n    ")}
  }`;
  const config = join(folder, "upstream.conf");
  writeFileSync(config, nginxConfig(folder, http));
  await startServer(pinned(LOAD_CORE, ["nginx", "-c", config]), port);
  return port;
}

function inlineLocation(size: number): string {
  return `location = /${size} { return 200 "${"x".repeat(size)}"; }`;
}
