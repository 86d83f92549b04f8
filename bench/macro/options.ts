import { parseArgs } from "node:util";
import { names, wholeNumber } from "../support/option-values.js";

export interface Options {
  readonly rounds: number;
  readonly seconds: number;
  /** Time for compilers and caches to settle before counting begins. */
  readonly warmUpSeconds: number;
  readonly connections: number;
  /** Names of the proxies to run; empty for all. */
  readonly only: readonly string[];
  /** Lengths of the response bodies in bytes. */
  readonly sizes: readonly number[];
  readonly json: boolean;
}

export const USAGE = `npm run bench:macro -- [options]
  --rounds N         how often every proxy is measured, in turn (3)
  --seconds N        length of one measurement (4)
  --warm-up N        seconds of load before it (2)
  --connections N    connections that wrk keeps busy (64)
  --only a,b         sluice, nginx, haproxy, caddy, http-proxy, http-proxy-keep-alive,
                     fastify-http-proxy
  --sizes a,b        response bodies in bytes, k and m allowed (100,10k,64k,1m)
  --json             print the figures as JSON`;

const UNITS: Readonly<Record<string, number>> = { "": 1, k: 1024, m: 1024 * 1024 };
const SIZE = /^(\d+)([km]?)$/i;

/** Throws with a message for the user if an option makes no sense. */
export function parseOptions(args: string[]): Options {
  const { values } = parseArgs({
    args,
    options: {
      rounds: { type: "string", default: "3" },
      seconds: { type: "string", default: "4" },
      "warm-up": { type: "string", default: "2" },
      connections: { type: "string", default: "64" },
      only: { type: "string", default: "" },
      sizes: { type: "string", default: "100,10k,64k,1m" },
      json: { type: "boolean", default: false },
    },
  });
  return {
    rounds: wholeNumber("rounds", values.rounds, 1),
    // wrk takes whole seconds only.
    seconds: wholeNumber("seconds", values.seconds, 1),
    warmUpSeconds: wholeNumber("warm-up", values["warm-up"], 1),
    connections: wholeNumber("connections", values.connections, 1),
    only: names(values.only),
    sizes: values.sizes.split(",").map(parseSize),
    json: values.json,
  };
}

function parseSize(text: string): number {
  const [, digits, unit] = SIZE.exec(text) ?? [];
  if (digits === undefined || unit === undefined) throw new Error(`--sizes: ${text} is not a number of bytes`);
  return Number(digits) * (UNITS[unit.toLowerCase()] as number);
}
