import { addressText } from "../../network/address.js";
import { type CommandLine, UsageError } from "../command-line.js";
import { loadConfig } from "../load-config.js";
import { parseListen, parseTarget, type Target } from "./target-url.js";
import { type ToOptions, toConfig } from "./to-config.js";

const DEFAULT_LISTEN = "10000";

/** `sluice to URL [URL...]`: a proxy without a file. Returns the exit code. */
export async function to(commandLine: CommandLine, urls: readonly string[]): Promise<number> {
  const options = toOptions(commandLine, urls);
  const configYaml = toConfig(options);
  if (commandLine.commandOptions["print-config"] === true) {
    process.stdout.write(configYaml);
    return 0;
  }
  const loaded = loadConfig({ ...commandLine, configYaml });
  if (loaded === null) return 1;
  if (commandLine.mode !== "serve") return 0;
  const { startServer } = await import("../run-server.js");
  const running = await startServer(loaded, { ...commandLine, configYaml });
  if (running === null) return 1;
  const bound = running.server.listeners[0]?.addresses[0];
  if (bound !== undefined)
    process.stdout.write(`http://${addressText(bound)} -> ${options.targets.map(urlOf).join(", ")}\n`);
  process.exit(await running.ended);
}

function toOptions({ configPath, configYaml, commandOptions }: CommandLine, urls: readonly string[]): ToOptions {
  if (configPath !== null || configYaml !== null) {
    throw new UsageError("to takes URLs and no configuration; --print-config prints one to begin with");
  }
  if (urls.length === 0) throw new UsageError("to needs a URL: sluice to http://127.0.0.1:3000");
  const targets = urls.map(parseTarget);
  checkSamePath(targets);
  const { admin } = commandOptions;
  return {
    targets,
    listen: parseListen("listen", textOf(commandOptions.listen) ?? DEFAULT_LISTEN),
    admin: admin === undefined ? null : parseListen("admin", textOf(admin) ?? ""),
    keepHost: commandOptions["keep-host"] === true,
  };
}

function checkSamePath(targets: readonly Target[]): void {
  const [first, ...others] = targets;
  const other = others.find(({ pathPrefix }) => pathPrefix !== first?.pathPrefix);
  if (first === undefined || other === undefined) return;
  const paths = `'${first.pathPrefix}/' and '${other.pathPrefix}/'`;
  throw new UsageError(`a request goes to any of the URLs, so all have the same path, not ${paths}`);
}

function textOf(value: CommandLine["commandOptions"][string]): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function urlOf({ authority, pathPrefix }: Target): string {
  return `http://${authority}${pathPrefix}`;
}
