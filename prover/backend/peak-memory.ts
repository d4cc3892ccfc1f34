import { readFile } from "node:fs/promises";

/**
 * Highest resident memory of a process so far, in MiB; undefined where the system does not tell.
 *
 * Linux' own figure comes first: `maxRSS` of a fresh process starts from the memory of the process that forked it.
 */
export async function peakMemoryMiB(pid: number | "self"): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const peak = /^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1];
  if (peak !== undefined) return Math.ceil(Number(peak) / 1024);
  return pid === "self" ? Math.ceil(process.resourceUsage().maxRSS / 1024) : undefined;
}
