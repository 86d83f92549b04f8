import { type LoadedBootstrap, loadBootstrap } from "../config/bootstrap.js";
import { ConfigError, renderProblems } from "../config/decode/config-problem.js";
import type { RuntimeConfig } from "../config/runtime-config.js";
import { type CommandLine, UsageError } from "./command-line.js";

/**
 * Loads what the command line names, prints warnings and errors, and returns the configuration with the way back to the lines
 * of the file; null when it is wrong.
 */
export function loadConfig(commandLine: CommandLine): LoadedBootstrap | null {
  const { configPath, configYaml, strict } = commandLine;
  if (configPath === null && configYaml === null) {
    throw new UsageError("at least one of --config-path or --config-yaml is needed");
  }
  let loaded: LoadedBootstrap;
  try {
    loaded = loadBootstrap({
      ...(configPath === null ? {} : { path: configPath }),
      ...(configYaml === null ? {} : { text: configYaml }),
      strict,
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(renderProblems(error.problems));
    return null;
  }
  if (loaded.warnings.length > 0) process.stderr.write(renderProblems(loaded.warnings));
  checkFlowListener(loaded.config, commandLine);
  return { ...loaded, config: withNode(loaded.config, commandLine) };
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
