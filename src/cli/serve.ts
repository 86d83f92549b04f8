import type { CommandLine } from "./command-line.js";
import { loadConfig, okText } from "./load-config.js";

/** `sluice -c FILE`: runs the proxy until a signal ends it, or only checks the configuration. Returns the exit code. */
export async function serve(commandLine: CommandLine): Promise<number> {
  const loaded = loadConfig(commandLine);
  if (loaded === null) return 1;
  if (commandLine.mode !== "serve") {
    process.stdout.write(okText(commandLine));
    return 0;
  }
  const { startServer } = await import("./run-server.js");
  const running = await startServer(loaded, commandLine);
  if (running === null) return 1;
  const code = await running.ended;
  // Connections of clients that keep them open would hold the process up.
  process.exit(code);
}
