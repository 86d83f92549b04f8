import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

/** Unit of the times in /proc/<pid>/stat. */
const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));
const PROCESS_FOLDER = /^\d+$/;
const PEAK_MEMORY = /^VmHWM:\s+(\d+) kB$/m;

// Places in /proc/<pid>/stat, counted from the state, the first field behind the name (see proc(5)).
const PARENT = 1;
const USER_TICKS = 11;
const SYSTEM_TICKS = 12;
const ENDED_CHILDREN_USER_TICKS = 13;
const ENDED_CHILDREN_SYSTEM_TICKS = 14;

/** A process and all its descendants. */
export function processTree(root: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync("/proc")) {
    if (!PROCESS_FOLDER.test(name)) continue;
    const parent = statFields(Number(name))[PARENT];
    if (parent === undefined) continue;
    const siblings = children.get(parent);
    if (siblings === undefined) children.set(parent, [Number(name)]);
    else siblings.push(Number(name));
  }
  const tree = [root];
  for (const pid of tree) tree.push(...(children.get(pid) ?? []));
  return tree;
}

/** User and system time of a whole tree so far, with all threads and with children that have ended. */
export function cpuSeconds(tree: readonly number[]): number {
  let ticks = 0;
  for (const pid of tree) {
    const fields = statFields(pid);
    for (const field of [USER_TICKS, SYSTEM_TICKS, ENDED_CHILDREN_USER_TICKS, ENDED_CHILDREN_SYSTEM_TICKS]) {
      ticks += fields[field] ?? 0;
    }
  }
  return ticks / TICKS_PER_SECOND;
}

/** The most memory that each process had resident, summed; pages that processes share count for each of them. */
export function peakMemoryBytes(tree: readonly number[]): number {
  let kilobytes = 0;
  for (const pid of tree) kilobytes += Number(PEAK_MEMORY.exec(readProc(pid, "status"))?.[1] ?? 0);
  return kilobytes * 1024;
}

/** Empty for a process that has ended. The name may hold spaces and parentheses, so fields count from its end. */
function statFields(pid: number): number[] {
  const stat = readProc(pid, "stat");
  return stat === ""
    ? []
    : stat
        .slice(stat.lastIndexOf(")") + 2)
        .split(" ")
        .map(Number);
}

function readProc(pid: number, file: string): string {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch {
    return "";
  }
}
