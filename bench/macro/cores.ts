import { spawnSync } from "node:child_process";
import { availableParallelism } from "node:os";

/** The measured proxy has a core of its own; load and upstream share the other one. */
export const PROXY_CORE = 0;
export const LOAD_CORE = 1;

export const canPin: boolean = availableParallelism() > LOAD_CORE && isInstalled("taskset");

/** The command, bound to one core where the machine allows it. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin ? ["taskset", "-c", String(core), ...command] : command;
}

export function isInstalled(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}
