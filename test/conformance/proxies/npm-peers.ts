import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { ROOT } from "../../../bench/support/paths.js";
import type { Contender } from "./contender.js";

/** Where the peers' package.json, lockfile and few lines of code are. */
const FOLDER = `${ROOT}test/conformance/peers`;

/** A proxy of the npm registry, in the Node that runs the probes. */
function npmPeer(packageName: string, fileName: string, setup: string): Contender {
  const packageFolder = `${FOLDER}/node_modules/${packageName}`;
  return {
    name: packageName,
    setup,
    missing: () => (existsSync(packageFolder) ? null : installPeers()),
    version: () => (JSON.parse(readFileSync(`${packageFolder}/package.json`, "utf8")) as { version: string }).version,
    prepare: ({ listenPort, originPort }) => ({
      command: [process.execPath, `${FOLDER}/${fileName}`, String(listenPort), String(originPort)],
    }),
  };
}

const WITH_AGENT = "a keep-alive agent, WebSockets passed on, errors answered with 502";

export const NPM_PEERS: readonly Contender[] = [
  npmPeer("http-proxy", "http-proxy.mjs", WITH_AGENT),
  npmPeer("http-proxy-3", "http-proxy-3.mjs", WITH_AGENT),
  npmPeer("httpxy", "httpxy.mjs", WITH_AGENT),
  npmPeer("http-proxy-middleware", "http-proxy-middleware.mjs", "a keep-alive agent, `ws: true`"),
  npmPeer("@fastify/http-proxy", "fastify-http-proxy.mjs", "`websocket: true`, the client's `host` kept"),
];

/** How much of what npm says is shown when it fails. */
const LONGEST_OUTPUT = 1_000;

/** Why the packages could not be installed; it is tried once for all of them. */
let failure: string | null = null;

/** Packages of their own, with a lockfile: whoever works on Sluice need not install them. */
function installPeers(): string | null {
  if (failure !== null) return failure;
  console.error("Installing the proxies of the npm registry into test/conformance/peers/node_modules");
  const { status, stderr } = spawnSync("npm", ["ci", "--no-audit", "--no-fund", "--ignore-scripts"], {
    cwd: FOLDER,
    encoding: "utf8",
  });
  if (status === 0) return null;
  console.error(stderr.slice(0, LONGEST_OUTPUT));
  failure = "the proxies of the npm registry could not be installed";
  return failure;
}
