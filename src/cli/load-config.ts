import { type LoadedBootstrap, loadBootstrap } from "../config/bootstrap.js";
import { ConfigError, renderProblems } from "../config/decode/config-problem.js";
import type { RuntimeConfig } from "../config/runtime-config.js";
import { type CommandLine, UsageError } from "./command-line.js";

/**
 * Loads what the command line names, prints warnings and errors, and returns the configuration with the way back to the lines
 * of the file; null when it is wrong.
 */
export function loadConfig(commandLine: CommandLine): LoadedBootstrap | null {
  const loaded = readConfig(commandLine);
  if (loaded instanceof ConfigError) {
    process.stderr.write(renderProblems(loaded.problems));
    return null;
  }
  if (loaded.warnings.length > 0) process.stderr.write(renderProblems(loaded.warnings));
  checkFlowListener(loaded.config, commandLine);
  return { ...loaded, config: withNode(loaded.config, commandLine) };
}

/** What the command line names, or all that is wrong with it. */
export function readConfig({ configPath, configYaml, strict }: CommandLine): LoadedBootstrap | ConfigError {
  if (configPath === null && configYaml === null) {
    throw new UsageError("at least one of --config-path or --config-yaml is needed");
  }
  try {
    return loadBootstrap({
      ...(configPath === null ? {} : { path: configPath }),
      ...(configYaml === null ? {} : { text: configYaml }),
      strict,
    });
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
}

/** What Envoy prints for a configuration that can be used. */
export function okText({ configPath }: CommandLine): string {
  return `configuration '${configPath ?? "--config-yaml"}' OK\n`;
}

function checkFlowListener(config: RuntimeConfig, { flow }: CommandLine): void {
  if (typeof flow === "string") return;
  const names = config.listeners.map(({ name }) => name);
  if (names.includes(flow.listener)) return;
  throw new UsageError(`--flow-listener names one of ${names.join(", ")}, not '${flow.listener}'`);
}

function withNode(config: RuntimeConfig, commandLine: CommandLine): RuntimeConfig {
  const { serviceNode, serviceCluster, serviceZone } = commandLine;
  const { node } = config;
  return {
    ...config,
    node: {
      id: serviceNode ?? node.id,
      cluster: serviceCluster ?? node.cluster,
      locality: { ...node.locality, zone: serviceZone ?? node.locality.zone },
    },
  };
}
