import { writeFileSync } from "node:fs";
import type { LoadedBootstrap } from "../config/bootstrap.js";
import { addressText } from "../network/address.js";
import { bootstrapViews } from "../server/bootstrap-views.js";
import { Server } from "../server/server.js";
import type { ServerOptions } from "../server/server-options.js";
import type { CommandLine } from "./command-line.js";

/** A server that runs until it is told to end. */
export interface RunningServer {
  readonly server: Server;
  /** Settles with the exit code when the process should end. */
  readonly ended: Promise<number>;
}

/** Starts a server for the command line, with signals wired up. Null, with a line on stderr, when it cannot start. */
export async function startServer(
  loaded: LoadedBootstrap,
  commandLine: CommandLine,
  printTimelines: boolean = commandLine.flow !== "none",
): Promise<RunningServer | null> {
  const end = new EndOfProcess();
  try {
    const options = { ...serverOptions(commandLine, printTimelines), ...bootstrapViews(loaded) };
    const server = new Server(loaded.config, options, () => end.request("/quitquitquit"));
    end.watch(server);
    await server.start();
    await writeAdminAddress(server, commandLine.adminAddressPath);
    return { server, ended: end.done };
  } catch (error) {
    process.stderr.write(`sluice: ${error instanceof Error ? error.message : String(error)}\n`);
    return null;
  }
}

function serverOptions(
  commandLine: CommandLine,
  printTimelines: boolean,
): Omit<ServerOptions, "lookup" | "configDump"> {
  return {
    concurrency: commandLine.concurrency,
    logLevel: commandLine.logLevel,
    flow: commandLine.flow,
    printTimeline: printTimelines ? printTimeline : null,
    fileFlushIntervalMs: commandLine.fileFlushIntervalMs,
    shutdownTimeoutMs: commandLine.shutdownTimeoutMs,
    drain: { drainTimeMs: commandLine.drainTimeMs, strategy: commandLine.drainStrategy },
    commandLineOptions: commandLineOptions(commandLine),
  };
}

async function writeAdminAddress(server: Server, path: string | null): Promise<void> {
  if (path === null || server.adminAddress === null) return;
  try {
    writeFileSync(path, addressText(server.adminAddress));
  } catch (error) {
    await server.shutdown();
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(`the admin's address cannot be written: ${reason}`, { cause: error });
  }
}

function printTimeline(text: string): void {
  process.stdout.write(`${text}\n`);
}

function commandLineOptions(commandLine: CommandLine): object {
  return {
    config_path: commandLine.configPath ?? "",
    config_yaml: commandLine.configYaml ?? "",
    concurrency: commandLine.concurrency,
    log_level: commandLine.logLevel,
    drain_time: `${commandLine.drainTimeMs / 1000}s`,
    drain_strategy: commandLine.drainStrategy === "gradual" ? "Gradual" : "Immediate",
    mode: "Serve",
    service_node: commandLine.serviceNode ?? "",
    service_cluster: commandLine.serviceCluster ?? "",
    service_zone: commandLine.serviceZone ?? "",
  };
}

/** Ends the process in order on the first signal, at once on the second. */
class EndOfProcess {
  readonly done: Promise<number>;
  private settle: (code: number) => void = () => {};
  private server: Server | null = null;
  private requested = false;

  constructor() {
    this.done = new Promise((resolve) => {
      this.settle = resolve;
    });
  }

  watch(server: Server): void {
    this.server = server;
    server.onFatal = () => this.settle(1);
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => this.request(signal));
    process.on("SIGUSR1", () => server.accessLogSinks.reopen());
  }

  request(reason: string): void {
    const { server } = this;
    if (server === null) return;
    if (this.requested) {
      server.log.warn(`${reason} again: ending at once`);
      this.settle(1);
      return;
    }
    this.requested = true;
    server.log.info(`${reason}: no new connections, requests in flight finish`);
    server.shutdown().then(
      () => this.settle(0),
      (error: unknown) => {
        server.log.error("the shutdown failed", error);
        this.settle(1);
      },
    );
  }
}
