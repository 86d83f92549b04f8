import { spawnSync } from "node:child_process";

/** Whether the shell finds a program of this name. */
export function isInstalled(program: string): boolean {
  return spawnSync("sh", ["-c", 'command -v "$1"', "sh", program]).status === 0;
}
