/** Directories for a witness on its way to a foreign prover. What a killed process left is swept by the next one. */
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { isAlive } from "../../circuits/compile/lock.ts";

const PREFIX = "proofbook-proof-";

async function sweep(parent: string): Promise<void> {
  for (const entry of await readdir(parent)) {
    const pid = /^proofbook-proof-(\d+)-/.exec(entry)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    // Another user's leftovers cannot be removed, and need not be.
    await rm(join(parent, entry), { recursive: true, force: true }).catch(() => undefined);
  }
}

/** Runs `use` with a fresh directory under `parent` that only this user can read, and removes it afterwards. */
export async function withScratch<T>(parent: string, use: (directory: string) => Promise<T>): Promise<T> {
  await sweep(parent);
  const directory = await mkdtemp(join(parent, `${PREFIX}${process.pid}-`));
  try {
    return await use(directory);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
