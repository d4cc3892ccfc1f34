/** Circuits and development keys of the devnet's tiers: from the cache, or made now. */

import { compileCircuit } from "../../circuits/compile/compile.ts";
import type { OnProgress } from "../../circuits/compile/progress.ts";
import { batchCircuit, batchName } from "../../prover/keys/batch-circuit.ts";
import { type DevelopmentKey, ensureDevelopmentKey } from "../../prover/keys/development.ts";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import type { Report } from "./progress.ts";

export interface TierArtefact {
  readonly steps: number;
  readonly circuitHash: string;
  readonly key: DevelopmentKey;
}

export interface CircuitOptions {
  readonly dimensions: Dimensions;
  readonly tiers: readonly number[];
  readonly report: Report;
}

export async function prepareCircuits({
  dimensions,
  tiers,
  report,
}: CircuitOptions): Promise<TierArtefact[]> {
  const artefacts: TierArtefact[] = [];
  const onProgress: OnProgress = (progress) => report({ event: "progress", ...progress });
  for (const steps of tiers) {
    const size = { ...dimensions, steps };
    const name = batchName(size);
    const onCorrupt = (error: Error) => report({ event: "note", text: `${error.message}; making it anew` });
    const circuit = await compileCircuit({ name, source: batchCircuit(size), onProgress, onCorrupt });
    report({
      event: "phase",
      name: `circuit of ${steps} steps`,
      detail: circuit.built ? "compiled" : "cached",
    });
    const { r1csPath } = circuit;
    const key = await ensureDevelopmentKey({ r1csPath, name, onProgress, onCorrupt });
    report({
      event: "phase",
      name: `development key of ${steps} steps`,
      detail: key.built ? "made" : "cached",
    });
    artefacts.push({ steps, circuitHash: circuit.circuitHash, key });
  }
  return artefacts;
}
