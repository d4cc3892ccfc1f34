/** Children that a killed devnet left behind: they hold ports and databases, so the next start ends them first. */
import { execFile } from "node:child_process";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { isAlive } from "../../circuits/compile/lock.ts";
import type { Child } from "./child.ts";

const GRACE_MS = 10_000;
const POLL_MS = 50;

interface Remembered {
  readonly name: string;
  readonly pid: number;
  readonly commandLine: string;
}

/** Writes down who runs, before anything depends on them. */
export async function rememberChildren(path: string, children: readonly Child[]): Promise<void> {
  const remembered: Remembered[] = children.map(({ name, pid, commandLine }) => ({ name, pid, commandLine }));
  await writeFile(`${path}.new`, JSON.stringify(remembered));
  await rename(`${path}.new`, path);
}

export const forgetChildren = (path: string): Promise<void> => rm(path, { force: true });

/** Process numbers are recycled: one is ours only if it still runs the command that we started. */
async function isStillOurs({ pid, commandLine }: Remembered): Promise<boolean> {
  if (!isAlive(pid)) return false;
  try {
    const { stdout } = await promisify(execFile)("ps", ["-ww", "-o", "args=", "-p", String(pid)]);
    return stdout.trim() === commandLine;
  } catch {
    return false;
  }
}

/** Ends what an earlier devnet left running; returns the names. */
export async function endOrphans(path: string): Promise<string[]> {
  let remembered: Remembered[];
  try {
    remembered = JSON.parse(await readFile(path, "utf8")) as Remembered[];
  } catch {
    return [];
  }
  const ended: string[] = [];
  // The chain was started first and goes last, as in an orderly end.
  for (const child of remembered.reverse()) {
    if (!(await isStillOurs(child))) continue;
    ended.push(child.name);
    process.kill(child.pid, "SIGTERM");
    for (let waited = 0; isAlive(child.pid); waited += POLL_MS) {
      if (waited >= GRACE_MS) process.kill(child.pid, "SIGKILL");
      await sleep(POLL_MS);
    }
  }
  await forgetChildren(path);
  return ended;
}
