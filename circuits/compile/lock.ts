/**
 * A lock file that spares two processes the same minutes of work. Only an economy: what keeps artefacts
 * whole is that they appear by one rename. So a lock may be taken over too early without harm.
 */
import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

const heartbeatMs = 2_000;
const staleMs = 30_000;
const pollMs = 250;

/** Whether a process of this host still lives. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

async function isStale(path: string): Promise<boolean> {
  try {
    const [holder, found] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const [host, pid] = holder.split(" ");
    if (host === hostname() && pid !== undefined && !isAlive(Number(pid))) return true;
    return Date.now() - found.mtimeMs > staleMs;
  } catch {
    return false; // released in the meantime
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, "wx");
    await file.writeFile(`${hostname()} ${process.pid}`);
    await file.close();
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    return false;
  }
}

/** Runs `work` while holding the lock; waits for whoever holds it, and takes over from the dead. */
export async function withLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  while (!(await take(path))) {
    if (await isStale(path)) await rm(path, { force: true });
    else await sleep(pollMs);
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  }
}
