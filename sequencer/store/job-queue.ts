/** The queue of proving jobs in the node's own database: leased, retried, idempotent, and there after a restart. */
import type { BatchJob } from "../batch/job.ts";
import type { ProvenStatement } from "../chain/proof.ts";
import type { JobState } from "./settlement.ts";

export type LeaseCode =
  /** Batch numbers that were never cut. */
  | "unknownJob"
  /** Another worker holds the job, or the lease ran out and was given away. */
  | "notLeased"
  /** The job is done already. */
  | "alreadyProven";

export interface JobQueue {
  /** The oldest job that waits or whose lease ran out; undefined when there is none. */
  lease(
    nowMs: number,
    worker: string,
    seconds: number,
  ): Promise<{ number: number; job: BatchJob } | undefined>;
  /** Keeps a lease that `worker` holds. */
  extend(nowMs: number, number: number, worker: string, seconds: number): Promise<LeaseCode | null>;
  /** Gives a lease back unfinished. */
  release(number: number, worker: string): Promise<LeaseCode | null>;
  /**
   * Hands in a proof, which the caller has verified. Whoever comes first wins, with or without a lease: a true
   * proof is a true proof. A second one is answered `alreadyProven` and changes nothing; one of what the batch said
   * before it was put under another epoch, `otherStatement`.
   */
  complete(
    number: number,
    worker: string,
    statement: ProvenStatement,
  ): Promise<LeaseCode | "otherStatement" | null>;
  job(number: number): Promise<BatchJob | undefined>;
  proof(number: number): Promise<ProvenStatement | undefined>;
  state(number: number): JobState | undefined;
  /** Jobs without a proof, neither here nor on L1. */
  readonly waiting: number;
}
