/** One devnet per folder: two would write the same databases. Held by heartbeats, so that a killed one frees it. */
import { open, readFile, rm, stat, utimes } from "node:fs/promises";
import { isAlive } from "../../circuits/compile/lock.ts";
import { DevnetError } from "./devnet-error.ts";

const HEARTBEAT_MS = 2_000;
/** A living process that has not touched its lock for so long is another one with a recycled number. */
const STALE_MS = 30_000;

async function holderOf(path: string): Promise<number | undefined> {
  try {
    const [text, found] = await Promise.all([readFile(path, "utf8"), stat(path)]);
    const pid = Number(text);
    // An empty file is one that is being written right now, unless it stays so.
    const fresh = Date.now() - found.mtimeMs < STALE_MS;
    return fresh && (text === "" || isAlive(pid)) ? pid : undefined;
  } catch {
    return undefined;
  }
}

/** Takes the lock or throws `FOLDER_IN_USE`; returns how to let go. */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  for (let attempt = 0; attempt < 3; attempt++) {
    const file = await open(path, "wx").catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") throw error;
      return undefined;
    });
    if (file !== undefined) {
      await file.writeFile(String(process.pid));
      await file.close();
      return keep(path);
    }
    const holder = await holderOf(path);
    if (holder !== undefined)
      throw new DevnetError(
        "FOLDER_IN_USE",
        `process ${holder} runs a devnet in this folder (${path})`,
        "Stop that one first, or use another folder with --data.",
      );
    await rm(path, { force: true });
  }
  throw new DevnetError("FOLDER_IN_USE", `other processes keep taking ${path}`);
}

function keep(path: string): () => Promise<void> {
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(path, { force: true });
  };
}
