import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { LOG_LEVELS, type LogLevel } from "../common/logger.js";
import type { FlowSelection } from "../server/worker-snapshot.js";
import { COMMANDS, type OptionHelp, optionLines } from "./command-help.js";

export type Mode = "serve" | "validate" | "init_only";

/** What was asked for on the command line, with Envoy's option names. */
export interface CommandLine {
  readonly configPath: string | null;
  readonly configYaml: string | null;
  readonly mode: Mode;
  readonly logLevel: LogLevel;
  readonly concurrency: number;
  readonly strict: boolean;
  readonly flow: FlowSelection;
  readonly adminAddressPath: string | null;
  readonly fileFlushIntervalMs: number;
  readonly shutdownTimeoutMs: number;
  readonly drainTimeMs: number;
  readonly drainStrategy: "gradual" | "immediate";
  readonly serviceNode: string | null;
  readonly serviceCluster: string | null;
  readonly serviceZone: string | null;
  readonly version: boolean;
  readonly help: boolean;
  /** What is not an option: the subcommand and its arguments. */
  readonly positionals: readonly string[];
  /** The options that only the subcommand takes, by name. */
  readonly commandOptions: CommandOptions;
}

/** A switch is true, an option that may be repeated a list. */
export type CommandOptions = Readonly<Record<string, string | boolean | readonly string[] | undefined>>;

/** The command line cannot be understood; the message says what and how. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

const OPTIONS: readonly OptionHelp[] = [
  { name: "config-path", short: "c", value: "FILE", help: "bootstrap configuration, YAML or JSON" },
  { name: "config-yaml", value: "TEXT", help: "bootstrap configuration as text, merged over the file" },
  { name: "mode", value: "MODE", help: "serve (default), validate, or init_only" },
  {
    name: "log-level",
    short: "l",
    value: "LEVEL",
    help: "trace, debug, info (default), warning, error, critical, off",
  },
  { name: "concurrency", value: "N", help: "worker threads; default one for each core, 1 stays on the main thread" },
  { name: "strict", help: "fields that are not implemented are errors and not warnings" },
  { name: "flow", help: "record every step of every request and print each timeline" },
  { name: "flow-listener", value: "NAME", help: "as --flow, for one listener" },
  { name: "admin-address-path", value: "FILE", help: "write the admin's address there" },
  { name: "file-flush-interval-msec", value: "N", help: "how long lines for log files may wait, default 10000" },
  { name: "shutdown-timeout-s", value: "N", help: "time for requests in flight to finish on SIGTERM, default 25" },
  { name: "drain-time-s", value: "N", help: "time of POST /drain_listeners?graceful, default 600" },
  { name: "drain-strategy", value: "NAME", help: "gradual (default) or immediate" },
  { name: "service-node", value: "ID", help: "overrides node.id" },
  { name: "service-cluster", value: "NAME", help: "overrides node.cluster" },
  { name: "service-zone", value: "NAME", help: "overrides node.locality.zone" },
  { name: "version", help: "print the version" },
  { name: "help", short: "h", help: "print this help" },
];

/** Reads the command line. Throws `UsageError`. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const { values, positionals } = parse(argv);
  const text = (name: string): string | null => (values[name] as string | undefined) ?? null;
  const flag = (name: string): boolean => values[name] === true;
  return {
    configPath: text("config-path"),
    configYaml: text("config-yaml"),
    mode: modeOf(text("mode")),
    logLevel: logLevelOf(text("log-level")),
    // As in Envoy, 0 means 1.
    concurrency: Math.max(1, wholeNumber("concurrency", text("concurrency"), availableParallelism())),
    strict: flag("strict"),
    flow: flowOf(flag("flow"), text("flow-listener")),
    adminAddressPath: text("admin-address-path"),
    fileFlushIntervalMs: wholeNumber("file-flush-interval-msec", text("file-flush-interval-msec"), 10_000),
    shutdownTimeoutMs: 1000 * wholeNumber("shutdown-timeout-s", text("shutdown-timeout-s"), 25),
    drainTimeMs: 1000 * wholeNumber("drain-time-s", text("drain-time-s"), 600),
    drainStrategy: drainStrategyOf(text("drain-strategy")),
    serviceNode: text("service-node"),
    serviceCluster: text("service-cluster"),
    serviceZone: text("service-zone"),
    version: flag("version"),
    help: flag("help"),
    positionals,
    commandOptions: commandOptionsOf(values, positionals[0]),
  };
}

type ParsedValues = Record<string, string | boolean | string[] | undefined>;

function parse(argv: readonly string[]): { values: ParsedValues; positionals: string[] } {
  const options: { [name: string]: { type: "string" | "boolean"; short?: string; multiple?: boolean } } = {};
  for (const option of [...OPTIONS, ...COMMANDS.flatMap((command) => command.options)]) {
    const { name, short, value, multiple = false } = option;
    const type = value === undefined ? "boolean" : "string";
    options[name] = { type, multiple, ...(short === undefined ? {} : { short }) };
  }
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true, strict: true });
    return { values: values as ParsedValues, positionals };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new UsageError(message.replace(NODE_ADVICE, ""), { cause: error });
  }
}

/** Picks the options of the subcommand; one of another subcommand is a mistake. */
function commandOptionsOf(values: ParsedValues, name: string | undefined): CommandOptions {
  const own = COMMANDS.find((command) => command.name === name)?.options ?? [];
  const result: ParsedValues = {};
  for (const command of COMMANDS) {
    for (const option of command.options) {
      if (values[option.name] === undefined) continue;
      if (!own.some((known) => known.name === option.name)) {
        throw new UsageError(`--${option.name} is an option of 'sluice ${command.name}'`);
      }
      result[option.name] = values[option.name];
    }
  }
  return result;
}

/** What Node adds to its message about an option that it does not know; no command takes such arguments. */
const NODE_ADVICE = /\. To specify a positional argument starting with a '-'.*$/;

function modeOf(value: string | null): Mode {
  if (value === null) return "serve";
  if (value === "serve" || value === "validate" || value === "init_only") return value;
  throw new UsageError(`--mode is serve, validate or init_only, not '${value}'`);
}

function logLevelOf(value: string | null): LogLevel {
  if (value === null) return "info";
  if (value === "warn") return "warning";
  const level = LOG_LEVELS.find((known) => known === value);
  if (level === undefined) throw new UsageError(`--log-level is one of ${LOG_LEVELS.join(", ")}, not '${value}'`);
  return level;
}

function drainStrategyOf(value: string | null): "gradual" | "immediate" {
  if (value === null || value === "gradual") return "gradual";
  if (value === "immediate") return value;
  throw new UsageError(`--drain-strategy is gradual or immediate, not '${value}'`);
}

function flowOf(all: boolean, listener: string | null): FlowSelection {
  if (listener !== null) return { listener };
  return all ? "all" : "none";
}

function wholeNumber(name: string, value: string | null, otherwise: number): number {
  if (value === null) return otherwise;
  if (!/^\d{1,9}$/.test(value)) throw new UsageError(`--${name} is a whole number, not '${value}'`);
  return Number(value);
}

/** The help text. */
export function usageText(): string {
  const commands = COMMANDS.map(({ usage, help }) => `       sluice ${usage.padEnd(21)} ${help}\n`);
  return `usage: sluice -c FILE [options]
${commands.join("")}
options:
${optionLines(OPTIONS)}`;
}
