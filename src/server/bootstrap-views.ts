import type { LoadedBootstrap } from "../config/bootstrap.js";
import { dumpConfig } from "../config/config-dump.js";
import { ConfigLookup } from "../config/config-lookup.js";
import type { ServerOptions } from "./server-options.js";

/** What the admin shows of a bootstrap beside what the server runs on: `/config_dump` and `/explain`. */
export function bootstrapViews(loaded: LoadedBootstrap): Pick<ServerOptions, "lookup" | "configDump"> {
  const { config, bootstrap, sourceMap } = loaded;
  const loadedAt = new Date();
  return {
    // Without an admin nobody can ask for explanations.
    lookup: config.admin === null ? null : new ConfigLookup(bootstrap, sourceMap),
    configDump: () => dumpConfig(loaded, loadedAt),
  };
}
