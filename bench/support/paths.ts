import { fileURLToPath } from "node:url";

/** The repository; this file runs as dist/bench/support/paths.js. */
export const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
/** Sources of the benchmark beside other proxies, where its files that are not TypeScript lie. */
export const MACRO = `${ROOT}bench/macro`;
