import { COMMANDS, commandHelpText } from "./command-help.js";
import { parseCommandLine, UsageError, usageText } from "./command-line.js";

/**
 * The `sluice` command. Returns the exit code: 0, or 1 when something was wrong (`explain` and `check-routes` have a code
 * of their own). A subcommand's module is loaded only when it is asked for.
 */
export async function main(argv: readonly string[]): Promise<number> {
  process.stdout.on("error", onOutputError);
  process.stderr.on("error", onOutputError);
  try {
    return await run(argv);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`sluice: ${error.message}\nTry 'sluice --help'.\n`);
    // 1 says that a request takes no route, or not the one that is expected.
    return argv[0] === "explain" || argv[0] === "check-routes" ? 2 : 1;
  }
}

/** Whoever reads may have seen enough, as `head` has: no fault, and no reason for a running proxy to end. */
function onOutputError(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

async function run(argv: readonly string[]): Promise<number> {
  const commandLine = parseCommandLine(argv);
  if (commandLine.help) {
    const asked = COMMANDS.find(({ name }) => name === commandLine.positionals[0]);
    process.stdout.write(asked === undefined ? usageText() : commandHelpText(asked));
    return 0;
  }
  if (commandLine.version) {
    const { versionText } = await import("../server/version.js");
    process.stdout.write(`sluice  version: ${versionText()}\n`);
    return 0;
  }
  const [command, ...rest] = commandLine.positionals;
  switch (command) {
    case undefined:
      return (await import("./serve.js")).serve(commandLine);
    case "validate":
      if (rest.length > 0) throw new UsageError(`the file to validate is named with -c, not '${rest[0]}'`);
      return (await import("./validate.js")).validate(commandLine);
    case "to":
      return (await import("./to/to.js")).to(commandLine, rest);
    case "explain":
      return (await import("./explain.js")).explainCommand(commandLine, rest);
    case "check-routes":
      return (await import("./check-routes.js")).checkRoutesCommand(commandLine, rest);
    case "schema":
      if (rest.length > 0) throw new UsageError(`schema takes no arguments, not '${rest[0]}'`);
      return (await import("./schema.js")).schema();
    case "demo":
      return (await import("./demo.js")).demo(commandLine);
    case "flow":
      return (await import("./flow.js")).flow(commandLine, rest);
    default:
      throw new UsageError(`unknown command '${command}'`);
  }
}
