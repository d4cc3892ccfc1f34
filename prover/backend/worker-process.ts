/** Starts a proving process, gives it its task, and waits for the answer or the death. */
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ProofControl } from "./backend.ts";
import { checkNotStopped, type ProcessControl, processEnd } from "./process-end.ts";
import { keepOutput } from "./program-output.ts";
import { ProverError } from "./prover-error.ts";
import type { WorkerMessage, WorkerResult, WorkerTask } from "./worker-messages.ts";

const WORKER = fileURLToPath(new URL("./snarkjs-worker.mjs", import.meta.url));

export async function runWorker(
  task: WorkerTask,
  control: ProofControl & ProcessControl,
): Promise<WorkerResult> {
  checkNotStopped(control.signal);
  const child = spawn(process.execPath, [WORKER], {
    stdio: ["ignore", "pipe", "pipe", "ipc"],
    // Structured clone: inputs are bigints.
    serialization: "advanced",
  });
  const output = keepOutput(child);
  let answer: Extract<WorkerMessage, { kind: "result" | "failed" }> | undefined;
  child.on("message", (message: WorkerMessage) => {
    if (message.kind === "stage") control.onStage?.(message.stage, message.fraction);
    // A process that dies while it is told is seen by its end.
    else if (message.kind === "ready") child.send(task, () => undefined);
    else answer = message;
  });
  const status = await processEnd(child, { name: "the proving process", leadsGroup: false }, control);
  if (answer?.kind === "result") return answer;
  if (answer === undefined)
    throw new ProverError("backendFailed", `the proving process ended with status ${status}\n${output()}`);
  throw answer.stage === "witness"
    ? new ProverError("witnessRefused", `no witness: ${answer.message.trim()}`)
    : new ProverError("backendFailed", `no proof: ${answer.message.trim()}`);
}
