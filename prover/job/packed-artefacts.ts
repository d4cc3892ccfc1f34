/**
 * Artefacts in a directory that travels: one folder per tier, with a manifest of sizes and hashes. Every file is
 * hashed before each use; one that differs is named and never used, nor repaired: whoever packed it must look.
 */
import { copyFile, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CorruptArtefact, MissingArtefact } from "../../circuits/compile/artefact-errors.ts";
import { ensureArtefacts } from "../../circuits/compile/artefacts.ts";
import { hashFile, sha256 } from "../../circuits/compile/file-hash.ts";
import { openArtefacts } from "../../circuits/compile/manifest.ts";
import { ProverError } from "../backend/prover-error.ts";
import { type BatchDimensions, batchName } from "../keys/batch-circuit.ts";
import {
  checkVerifyingKey,
  readVerifyingKey,
  type VerifyingKey,
  verifyingKeyText,
} from "../keys/verifying-key.ts";
import type { ArtefactSource } from "./artefacts.ts";

const KIND = "prover";
const WASM = "circuit.wasm";
const ZKEY = "circuit.zkey";
const VERIFYING_KEY = "verifying-key.json";

export const packedArtefacts =
  (directory: string): ArtefactSource =>
  async (tier) => {
    const folder = join(directory, batchName(tier));
    await checkFolder(folder, tier);
    return {
      wasm: join(folder, WASM),
      zkey: join(folder, ZKEY),
      verifyingKey: JSON.parse(await readFile(join(folder, VERIFYING_KEY), "utf8")) as VerifyingKey,
    };
  };

async function checkFolder(folder: string, tier: BatchDimensions): Promise<void> {
  try {
    const manifest = await openArtefacts(folder);
    if (manifest.kind !== KIND || manifest.name !== batchName(tier))
      throw new CorruptArtefact(folder, `holds ${manifest.kind} ${manifest.name}`);
    for (const file of [WASM, ZKEY, VERIFYING_KEY])
      if (manifest.files[file] === undefined) throw new CorruptArtefact(folder, `lists no ${file}`);
  } catch (error) {
    if (error instanceof MissingArtefact)
      throw new ProverError("missingArtefact", `no artefacts of ${batchName(tier)} in ${folder}`, {}, error);
    if (error instanceof CorruptArtefact)
      throw new ProverError("corruptArtefact", error.message, { path: error.path }, error);
    throw error;
  }
}

/** What is packed for one tier. */
export interface TierFiles {
  readonly name: string;
  readonly wasmPath: string;
  readonly zkeyPath: string;
}

/** Copies witness generator and proving key into `directory`, with the verifying key read out of the latter. */
export async function packArtefacts(
  directory: string,
  { name, wasmPath, zkeyPath }: TierFiles,
): Promise<string> {
  const verifyingKey = await readVerifyingKey(zkeyPath);
  checkVerifyingKey(verifyingKey);
  const [wasm, zkey] = await Promise.all([hashFile(wasmPath), hashFile(zkeyPath)]);
  const folder = join(directory, name);
  await ensureArtefacts({
    directory: folder,
    kind: KIND,
    name,
    hash: sha256(JSON.stringify([KIND, 1, name, wasm, zkey])),
    build: async (into) => {
      await copyFile(wasmPath, join(into, WASM));
      await copyFile(zkeyPath, join(into, ZKEY));
      await writeFile(join(into, VERIFYING_KEY), verifyingKeyText(verifyingKey));
      return { wasm, zkey };
    },
  });
  return folder;
}
