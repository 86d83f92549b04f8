import { ConfigError, renderProblems } from "../config/decode/config-problem.js";
import type { CommandLine } from "./command-line.js";
import { okText, readConfig } from "./load-config.js";

/** `sluice validate`: checks a configuration. Returns the exit code: 0 when it can be used, else 1. */
export function validate(commandLine: CommandLine): number {
  const loaded = readConfig(commandLine);
  const valid = !(loaded instanceof ConfigError);
  const problems = valid ? loaded.warnings : loaded.problems;
  if (commandLine.commandOptions.json === true) {
    process.stdout.write(`${JSON.stringify({ valid, problems }, null, 2)}\n`);
  } else {
    process.stderr.write(renderProblems(problems));
    if (valid) process.stdout.write(okText(commandLine));
  }
  return valid ? 0 : 1;
}
