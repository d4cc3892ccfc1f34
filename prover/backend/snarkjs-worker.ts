/** The proving process: takes one task over IPC, makes witness and proof with snarkjs, answers and ends. */
import { groth16, type Logger, wtns } from "snarkjs";
import type { ProofStage } from "./backend.ts";
import { shareCurve } from "./kept-curve.ts";
import { peakMemoryMiB } from "./peak-memory.ts";
import type { WorkerMessage, WorkerResult, WorkerTask } from "./worker-messages.ts";

/** Lines that snarkjs logs once per proof, in this order: the only sign of how far it is. */
const MILESTONES = [
  "Reading Wtns",
  "Reading Coeffs",
  "Building ABC",
  "Join ABC",
  "Reading A Points",
  "Reading B1 Points",
  "Reading B2 Points",
  "Reading C Points",
  "Reading H Points",
];

const tell = (message: WorkerMessage): void => {
  process.send?.(message);
};

let stage: ProofStage = "witness";

const enter = (next: ProofStage, fraction: number): void => {
  stage = next;
  tell({ kind: "stage", stage, fraction });
};

const logger: Logger = {
  debug: (message) => {
    const at = MILESTONES.indexOf(message);
    if (at >= 0) tell({ kind: "stage", stage: "proof", fraction: (at + 1) / (MILESTONES.length + 1) });
  },
  info: () => undefined,
  warn: (message) => console.warn(message),
  error: (message) => console.error(message),
};

async function work(task: WorkerTask): Promise<WorkerResult> {
  const started = performance.now();
  enter("witness", 0);
  await shareCurve(false);
  const witness = task.witnessPath ?? { type: "mem" as const };
  await wtns.calculate(task.input, task.wasm, witness);
  const calculated = performance.now();
  enter("proof", 0);
  const proven = task.zkey === null ? null : await groth16.prove(task.zkey, witness, logger);
  return {
    kind: "result",
    proof: proven?.proof ?? null,
    publicSignals: proven?.publicSignals ?? [],
    witnessSeconds: (calculated - started) / 1000,
    proofSeconds: (performance.now() - calculated) / 1000,
    peakMemoryMiB: (await peakMemoryMiB("self"))!,
  };
}

async function answer(task: WorkerTask): Promise<void> {
  const message: WorkerMessage = await work(task).catch((error: unknown) => ({
    kind: "failed" as const,
    stage,
    message: error instanceof Error ? error.message : String(error),
  }));
  // snarkjs' threads would keep the process alive: leave once the answer is on its way.
  process.send?.(message, () => process.exit(0));
}

// A parent that died has no use for the proof; without this the process would go on for nobody.
process.on("disconnect", () => process.exit(1));
// Ctrl-C reaches the whole group of processes; the parent decides what becomes of this one.
process.on("SIGINT", () => undefined);
process.once("message", (task: WorkerTask) => void answer(task));
tell({ kind: "ready" });
