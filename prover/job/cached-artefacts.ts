/** Artefacts from the project's cache: compiled and keyed with development keys when they are not there yet. */
import { type CompiledCircuit, compileCircuit } from "../../circuits/compile/compile.ts";
import { CompileError } from "../../circuits/compile/compile-error.ts";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { ProverError } from "../backend/prover-error.ts";
import { type BatchDimensions, batchCircuit, batchName } from "../keys/batch-circuit.ts";
import { type DevelopmentKey, ensureDevelopmentKey } from "../keys/development.ts";
import type { ArtefactSource } from "./artefacts.ts";

export interface CacheOptions {
  readonly cacheDir?: string | undefined;
  readonly onProgress?: OnProgress | undefined;
  /** Told of a damaged file, by name, before it is made anew. */
  readonly onCorrupt?: ((error: Error) => void) | undefined;
}

/** Circuit and development key of a tier. */
export async function ensureTier(
  tier: BatchDimensions,
  options: CacheOptions = {},
): Promise<{ circuit: CompiledCircuit; key: DevelopmentKey }> {
  const name = batchName(tier);
  try {
    const circuit = await compileCircuit({ ...options, name, source: batchCircuit(tier) });
    const key = await ensureDevelopmentKey({ ...options, name, r1csPath: circuit.r1csPath });
    return { circuit, key };
  } catch (error) {
    if (!(error instanceof CompileError)) throw error;
    throw new ProverError("missingArtefact", `no circuit ${name}: ${error.message}`, {}, error);
  }
}

/** For development and local chains: a deployment on any other chain refuses such keys. */
export const cachedArtefacts =
  (options: CacheOptions = {}): ArtefactSource =>
  async (tier) => {
    const { circuit, key } = await ensureTier(tier, options);
    return { wasm: circuit.wasmPath, zkey: key.zkeyPath, verifyingKey: key.verifyingKey };
  };
