/** A node's real HTTP API over a queue in memory, with a clock that only the test moves. */
import { Registry } from "prom-client";
import { verifyProof } from "../../prover/backend/verify-proof.ts";
import type { VerifyingKey } from "../../prover/keys/verifying-key.ts";
import type { ApiParts, SequencerPort } from "../../sequencer/api/ports.ts";
import { apiServer } from "../../sequencer/api/server.ts";
import type { BatchJob } from "../../sequencer/batch/job.ts";
import { MemoryQueue } from "./memory-queue.ts";
import { commitmentOf, wordsOf } from "./statement-circuit.ts";

export interface JobServer {
  readonly url: URL;
  readonly queue: MemoryQueue;
  /** The node's clock, Unix milliseconds. */
  now(): number;
  pass(seconds: number): void;
  close(): Promise<void>;
}

export async function startJobServer(
  jobs: readonly BatchJob[],
  verifyingKey: VerifyingKey,
  jobsToken: string | null = null,
): Promise<JobServer> {
  const queue = new MemoryQueue(jobs);
  let nowMs = 1_700_000_000_000;
  const batch: SequencerPort["batch"] = async (number) => {
    const job = await queue.job(number);
    if (job === undefined) return undefined;
    const [commitment, words] = [commitmentOf(job), wordsOf(job)];
    return { header: job.header, words, commitment, usedSteps: job.steps.length, fills: 0 };
  };
  const parts: ApiParts = {
    // The job routes use these two; a route that uses more of the sequencer would answer 500.
    sequencer: { jobs: queue, batch } as unknown as SequencerPort,
    chain: null,
    verifier: {
      hasTier: () => true,
      verify: async (_, signals, proof) => verifyProof(verifyingKey, signals.map(String), proof),
    },
    now: () => nowMs,
  };
  const server = await apiServer(parts, { jobsToken, registry: new Registry() });
  return {
    url: new URL(await server.listen({ host: "127.0.0.1", port: 0 })),
    queue,
    now: () => nowMs,
    pass: (seconds) => {
      nowMs += seconds * 1000;
    },
    close: async () => {
      await server.close();
    },
  };
}
