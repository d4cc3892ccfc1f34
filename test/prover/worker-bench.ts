/** What the tests of the worker share: a worker put together by hand, without sleep and without a slow proof. */
import { groth16 } from "snarkjs";
import type { ProofResult, ProverBackend } from "../../prover/backend/backend.ts";
import { ProverError } from "../../prover/backend/prover-error.ts";
import { snarkjsBackend } from "../../prover/backend/snarkjs-backend.ts";
import type { ArtefactSource } from "../../prover/job/artefacts.ts";
import type { Clock } from "../../prover/job/clock.ts";
import type { ProverEvent } from "../../prover/job/events.ts";
import { createJobClient } from "../../prover/job/job-client.ts";
import type { ProverSetting } from "../../prover/job/run-once.ts";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { useOneThread } from "../keys/one-thread.ts";
import { type JobServer, startJobServer } from "./job-server.ts";
import { makeStatement, statementArtefacts } from "./statement-circuit.ts";

await useOneThread();
const { circuit, key } = await statementArtefacts();
const artefacts: ArtefactSource = async () => ({
  wasm: circuit.wasmPath,
  zkey: key.zkeyPath,
  verifyingKey: key.verifyingKey,
});

/** Never sleeps; remembers how long it was asked to. Leases are not renewed unless the test says so. */
export class TestClock implements Clock {
  readonly pauses: number[] = [];
  random = () => 1;
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (ms === 20_000 && signal !== undefined) return this.renewal(signal);
    this.pauses.push(ms);
  }
  renewal = (signal: AbortSignal): Promise<void> =>
    new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
}

export interface Bench {
  readonly setting: ProverSetting;
  readonly events: ProverEvent[];
  readonly clock: TestClock;
}

export function bench(url: URL, worker: string, changes: Partial<ProverSetting> = {}, token?: string): Bench {
  const clock = new TestClock();
  const events: ProverEvent[] = [];
  const client = createJobClient({ api: url, worker, clock, token });
  const report = (event: ProverEvent) => void events.push(event);
  const backend = snarkjsBackend();
  const setting = { client, artefacts, backend, makeStatement, clock, report, ...changes };
  return { setting, events, clock };
}

export async function withServer(
  jobs: readonly BatchJob[],
  work: (server: JobServer) => Promise<void>,
  token: string | null = null,
): Promise<void> {
  const server = await startJobServer(jobs, key.verifyingKey, token);
  try {
    await work(server);
  } finally {
    await server.close();
  }
}

export async function failure(work: Promise<unknown>): Promise<ProverError> {
  try {
    await work;
  } catch (error) {
    if (error instanceof ProverError) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

const proofs = new Map<number, Awaited<ReturnType<typeof groth16.fullProve>>>();

/** A true proof of a job, made once. */
export async function proofOf(job: BatchJob): Promise<ProofResult> {
  const { number } = job.header;
  const { input } = await makeStatement(job);
  const found = proofs.get(number) ?? (await groth16.fullProve(input, circuit.wasmPath, key.zkeyPath));
  proofs.set(number, found);
  return { ...found, seconds: 1, witnessSeconds: 1, peakMemoryMiB: 1 };
}

export const backendThat = (prove: ProverBackend["prove"]): ProverBackend => ({ name: "double", prove });

/** Opened once, by whoever comes so far. */
export function gate(): { open(): void; readonly opened: Promise<void> } {
  let open: () => void = () => undefined;
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, opened };
}

/** Proves nothing until it is stopped. */
export const waitsForever = backendThat(
  (_, control) =>
    new Promise((_resolve, reject) => {
      const stopped = () => reject(new ProverError("stopped", "stopped while proving"));
      if (control?.signal?.aborted === true) stopped();
      control?.signal?.addEventListener("abort", stopped, { once: true });
    }),
);
