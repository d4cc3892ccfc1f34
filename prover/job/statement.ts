import type { CircuitInput } from "snarkjs";
import type { BatchJob } from "../../sequencer/batch/job.ts";

/** What is to be proven of a job: the circuit's input, and the three numbers that the contract will hold against it. */
export interface Statement {
  readonly input: CircuitInput;
  readonly publicSignals: readonly [commitment: bigint, challenge: bigint, evaluation: bigint];
}

/** Replays a job. Throws when it does not lead to the roots that its header claims. */
export type StatementMaker = (job: BatchJob) => Promise<Statement>;
