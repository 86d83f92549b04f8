import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { MACRO } from "../../support/paths.js";
import type { Contender } from "./contender.js";

/** A proxy of the npm registry, in the Node that runs the benchmark. Its few lines stand in `peers/`. */
function npmPeer(name: string, packageName: string): Contender {
  return {
    name,
    missing: () => installPeers(packageName),
    prepare: ({ listenPort, upstreamPort, connections }) => {
      const args = [listenPort, upstreamPort, connections].map(String);
      return { command: [process.execPath, `${MACRO}/peers/${name}.mjs`, ...args] };
    },
  };
}

export const httpProxy: Contender = npmPeer("http-proxy", "http-proxy");
export const httpProxyKeepAlive: Contender = npmPeer("http-proxy-keep-alive", "http-proxy");
export const fastifyHttpProxy: Contender = npmPeer("fastify-http-proxy", "@fastify/http-proxy");

/** They are packages of their own, so that whoever works on Sluice need not install them. */
function installPeers(packageName: string): string | null {
  if (existsSync(`${MACRO}/node_modules/${packageName}`)) return null;
  console.error("Installing the proxies of the npm registry into bench/macro/node_modules");
  const { status, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: MACRO,
    encoding: "utf8",
  });
  return status === 0 ? null : `npm ci failed: ${stderr.slice(0, 500)}`;
}
