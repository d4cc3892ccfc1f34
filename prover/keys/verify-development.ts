/** Rebuilds a development key from circuit and seed and compares it with the cached one. */
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory } from "../../circuits/compile/cache-directory.ts";
import { hashFile, sha256 } from "../../circuits/compile/file-hash.ts";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { type Check, CheckList } from "./check-list.ts";
import { ensureDevelopmentKey, isDevelopmentKey } from "./development.ts";
import { checkVerifyingKey, readVerifyingKey, verifyingKeyText } from "./verifying-key.ts";

export interface VerifyDevelopmentOptions {
  /** The key's directory in the cache. */
  readonly directory: string;
  readonly r1csPath: string;
  readonly onProgress?: OnProgress | undefined;
}

interface KeyManifest {
  readonly name: string;
  readonly facts: { readonly seed: string; readonly circuitHash: string };
}

/** Makes the key anew from r1cs and seed; every file has to come out byte for byte. */
export async function verifyDevelopmentKey(options: VerifyDevelopmentOptions): Promise<readonly Check[]> {
  const { directory, r1csPath, onProgress } = options;
  const manifest = JSON.parse(await readFile(join(directory, "manifest.json"), "utf8")) as KeyManifest;
  const { seed, circuitHash } = manifest.facts;
  const list = new CheckList();
  const cacheDir = await mkdtemp(join(tmpdir(), "proofbook-keys-"));
  try {
    const fresh = await ensureDevelopmentKey({ r1csPath, name: manifest.name, seed, cacheDir, onProgress });
    list.compare("r1cs sha256", circuitHash, fresh.circuitHash);
    for (const file of (await readdir(fresh.directory)).sort()) {
      const stored = await hashFile(join(directory, file)).catch(() => "missing");
      list.compare(`${file}, rebuilt`, stored, await hashFile(join(fresh.directory, file)));
    }
    await list.attempt("zkey yields the verifying key", async () => {
      const text = verifyingKeyText(await readVerifyingKey(join(directory, "circuit.zkey")));
      list.compare("verifying key, read from the zkey", sha256(text), await hashFile(fresh.verifyingKeyPath));
    });
    await list.attempt("verifying key is sound", () => checkVerifyingKey(fresh.verifyingKey));
    await list.attempt("verifying key is recognised as a development key", () => {
      if (!isDevelopmentKey(fresh.verifyingKey, circuitHash, seed)) throw new Error("it is not");
    });
    return list.checks;
  } finally {
    await rm(cacheDir, { recursive: true, force: true });
  }
}

export interface CachedDevelopmentKey {
  readonly directory: string;
  /** The circuit it belongs to, if that is in the cache too. */
  readonly r1csPath: string | undefined;
}

/** All development keys of the cache with their circuits. */
export async function cachedDevelopmentKeys(cacheDir = cacheDirectory()): Promise<CachedDevelopmentKey[]> {
  const circuits = new Map<string, string>();
  for (const directory of await finishedDirectories(join(cacheDir, "circuits"))) {
    const r1csPath = join(directory, "circuit.r1cs");
    circuits.set(await hashFile(r1csPath), r1csPath);
  }
  const keys: CachedDevelopmentKey[] = [];
  for (const directory of await finishedDirectories(join(cacheDir, "keys"))) {
    const manifest = JSON.parse(await readFile(join(directory, "manifest.json"), "utf8")) as KeyManifest;
    keys.push({ directory, r1csPath: circuits.get(manifest.facts.circuitHash) });
  }
  return keys;
}

async function finishedDirectories(parent: string): Promise<string[]> {
  const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
  const names = entries
    .filter((entry) => entry.isDirectory() && !entry.name.includes("."))
    .map(({ name }) => name);
  return names.sort().map((name) => join(parent, name));
}
