/** Time and memory of one batch with the default backend: the largest tier measured, full of generated trading. */
import { snarkjsBackend } from "../../prover/backend/snarkjs-backend.ts";
import { verifyProof } from "../../prover/backend/verify-proof.ts";
import { batchStatement } from "../../prover/job/batch-statement.ts";
import { ensureTier } from "../../prover/job/cached-artefacts.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import { FULL_DIMENSIONS } from "../../sequencer/state-tree/state-tree.ts";
import { historyJobs } from "../prover/history-jobs.ts";
import { TIERS } from "./batch/tiers.ts";
import type { Report } from "./report.ts";

const SEED = Number(process.env.SEED ?? 1);

export async function run(report: Report): Promise<void> {
  const steps = TIERS.at(-1)!;
  const { circuit, key } = await ensureTier({ ...FULL_DIMENSIONS, steps });
  const history = { seed: SEED, words: 300 + 10 * steps, dimensions: FULL_DIMENSIONS, tiers: [steps] };
  const cuts = historyJobs(await loadPoseidon(), history);
  // The last batch is cut before it is full.
  const { job } = cuts.slice(0, -1).reduce((best, cut) => (cut.batch.fills > best.batch.fills ? cut : best));
  const replayStarted = performance.now();
  const { input, publicSignals } = await batchStatement(job);
  const replaySeconds = (performance.now() - replayStarted) / 1000;
  const task = { wasm: circuit.wasmPath, zkey: key.zkeyPath, input };
  const { proof, seconds, witnessSeconds, peakMemoryMiB } = await snarkjsBackend().prove(task);
  if (!verifyProof(key.verifyingKey, publicSignals.map(String), proof))
    throw new Error(`SEED=${SEED}: the proof that was measured does not verify`);
  report({ name: "prover.batchSteps", value: steps, unit: "steps" });
  report({ name: "prover.replaySeconds", value: replaySeconds, unit: "s" });
  report({ name: "prover.witnessSeconds", value: witnessSeconds, unit: "s" });
  report({ name: "prover.secondsPerStep", value: seconds / steps, unit: "s" });
  report({ name: "prover.peakMemoryMiB", value: peakMemoryMiB, unit: "MiB" });
}
