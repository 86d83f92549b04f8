import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { interruption } from "./interruption.js";
import { stopServers } from "./processes.js";

/** A command for developers, such as `npm run chaos`, with options of its own. */
export interface Tool<Options> {
  /** As in package.json. */
  readonly name: string;
  /** Shown when the options make no sense. */
  readonly usage: string;
  /** Throws with a message for the user. */
  parseOptions(args: string[]): Options;
  run(options: Options, site: ToolSite): Promise<void>;
}

/** What a tool has for its work, and hands back at its end. */
export class ToolSite {
  /** A folder for its files. */
  readonly folder: string;
  private readonly cleanUps: (() => void | Promise<void>)[] = [];

  constructor(name: string) {
    this.folder = mkdtempSync(join(tmpdir(), `sluice-${name.replaceAll(":", "-")}-`));
  }

  /** Does this when the tool ends, however it ends; what was asked for last comes first. */
  after(work: () => void | Promise<void>): void {
    this.cleanUps.push(work);
  }

  /** Rejects with the first that could not be ended, after everything was tried. */
  async leave(): Promise<void> {
    let failure: unknown = null;
    for (const cleanUp of [...this.cleanUps.reverse(), stopServers]) {
      try {
        await cleanUp();
      } catch (error) {
        failure ??= error;
      }
    }
    rmSync(this.folder, { recursive: true, force: true });
    if (failure !== null) throw failure;
  }
}

/** Runs a tool with the arguments of the process. Ctrl-C ends it with nothing left running and no files left over. */
export async function runTool<Options>(tool: Tool<Options>): Promise<void> {
  let options: Options;
  try {
    options = tool.parseOptions(process.argv.slice(2));
  } catch (error) {
    fail(error);
    console.error(tool.usage);
    return;
  }
  const site = new ToolSite(tool.name);
  try {
    await tool.run(options, site);
  } catch (error) {
    fail(interruption.aborted ? interruption.reason : error);
  } finally {
    await site.leave();
  }
}

function fail(error: unknown): void {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
