import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort, startServer } from "../../../bench/support/processes.js";
import type { Contender } from "../../conformance/proxies/contender.js";
import { haproxy } from "../../conformance/proxies/haproxy.js";
import { nginx } from "../../conformance/proxies/nginx.js";
import type { CleanUp } from "../../support/clean-up.js";
import { proxyConfig } from "../../support/proxy-config.js";
import { SluiceProcess } from "../../support/sluice-process.js";
import { NodeReader } from "./node-reader.js";
import type { Reader } from "./observation.js";
import { AnsweringOrigin, ProxyReader } from "./proxy-reader.js";

/** The access log is written a moment after the answer. */
const LOG_LIMIT_MS = 300;

export async function startSluice(t: CleanUp): Promise<Reader> {
  const origin = await AnsweringOrigin.start();
  const config = proxyConfig({
    upstreamPorts: [origin.port],
    accessLog: "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %CONNECTION_TERMINATION_DETAILS%",
    connectionManager: {
      http_protocol_options: { accept_http_10: true },
      upgrade_configs: [{ upgrade_type: "websocket" }],
    },
  });
  const sluice = await SluiceProcess.start(t, config);
  let read = 0;
  const lastLine = (): string => sluice.stdout.text.slice(read).trimEnd().split("\n").at(-1) ?? "";
  const details = async (status: number): Promise<string> => {
    const deadline = performance.now() + LOG_LIMIT_MS;
    while (!lastLine().startsWith(`${status} `) && performance.now() < deadline) await sleep(2);
    const line = lastLine();
    read = sluice.stdout.text.length;
    return line;
  };
  return new ProxyReader("Sluice", sluice.port, origin, () => Promise.resolve(), details);
}

/** Those of the others that are here. */
export async function startPeers(folder: string): Promise<Reader[]> {
  const proxies = [nginx, haproxy].filter((contender) => contender.missing() === null);
  return [await NodeReader.start(), ...(await Promise.all(proxies.map((proxy) => startProxy(proxy, folder))))];
}

async function startProxy(contender: Contender, folder: string): Promise<Reader> {
  const origin = await AnsweringOrigin.start();
  const listenPort = await freePort();
  const ownFolder = join(folder, contender.name);
  mkdirSync(ownFolder, { recursive: true });
  const { command, env } = contender.prepare({ folder: ownFolder, listenPort, originPort: origin.port });
  const server = await startServer(command, listenPort, env);
  return new ProxyReader(contender.name, listenPort, origin, () => server.stop());
}
