import { availableParallelism } from "node:os";
import { isInstalled } from "../support/installed.js";

/** The measured proxy has a core of its own; load and upstream share the other one. */
export const PROXY_CORE = 0;
export const LOAD_CORE = 1;

export const canPin: boolean = availableParallelism() > LOAD_CORE && isInstalled("taskset");

/** The command, bound to one core where the machine allows it. */
export function pinned(core: number, command: readonly string[]): readonly string[] {
  return canPin ? ["taskset", "-c", String(core), ...command] : command;
}
