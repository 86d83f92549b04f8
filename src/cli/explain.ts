import { ConfigLookup } from "../config/config-lookup.js";
import { explain } from "../server/explain/explain.js";
import { ExplainRequestError, parseHeader } from "../server/explain/explain-request.js";
import type { Explanation } from "../server/explain/explanation.js";
import { explanationText } from "../server/explain/explanation-text.js";
import { type CommandLine, type CommandOptions, UsageError } from "./command-line.js";
import { loadConfig } from "./load-config.js";

/**
 * `sluice explain -c FILE METHOD URL`: which way a request takes, and why. Returns the exit code: 0 when it takes a route, 1
 * when not or the configuration is wrong; usage errors are 2.
 */
export function explainCommand(commandLine: CommandLine, args: readonly string[]): number {
  const { commandOptions } = commandLine;
  const [method, url, ...rest] = args;
  if (method === undefined || url === undefined || rest.length > 0) {
    throw new UsageError("explain takes a method and a URL: sluice explain -c FILE GET http://example.com/");
  }
  const loaded = loadConfig(commandLine);
  if (loaded === null) return 1;
  const { config, bootstrap, sourceMap } = loaded;
  try {
    const request = {
      method,
      url,
      headers: listOf(commandOptions, "header").map(parseHeader),
      body: textOf(commandOptions, "data"),
      listener: textOf(commandOptions, "listener"),
      client: textOf(commandOptions, "client"),
    };
    const explanation = explain(request, { config, lookup: new ConfigLookup(bootstrap, sourceMap) });
    process.stdout.write(printed(explanation, commandOptions.json === true));
    return explanation.route === null ? 1 : 0;
  } catch (error) {
    if (error instanceof ExplainRequestError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

function printed(explanation: Explanation, asJson: boolean): string {
  return asJson ? `${JSON.stringify(explanation, null, 2)}\n` : explanationText(explanation);
}

function textOf(options: CommandOptions, name: string): string {
  const value = options[name];
  return typeof value === "string" ? value : "";
}

function listOf(options: CommandOptions, name: string): readonly string[] {
  const value = options[name];
  return Array.isArray(value) ? (value as readonly string[]) : [];
}
