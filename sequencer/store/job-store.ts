/**
 * The job queue in the database. States of unproven jobs are in memory as well: a lease is decided without waiting.
 *
 * A batch that is proven on L1 needs no proof from here, whoever handed one in and wherever. That is asked of L1's
 * progress each time and never written: a reorganisation may undo a proof, and then the job waits again.
 */
import type { BatchJob } from "../batch/job.ts";
import type { Cut } from "../batch/seal.ts";
import type { ProvenStatement } from "../chain/proof.ts";
import type { Database } from "./database.ts";
import type { JobQueue, LeaseCode } from "./job-queue.ts";
import { MAX_WORKER_NAME } from "./records.ts";
import type { JobState } from "./settlement.ts";
import { del, numbersOf, type Operation, put } from "./space.ts";
import { StoreError } from "./store-error.ts";
import { tables } from "./tables.ts";

const PROVEN: JobState = { state: "proven" };

/** A reorganisation of L1 may take proofs back: jobs of so many batches that are proven there are kept for it. */
export const KEPT_PROVEN_BATCHES = 256;

/** How far L1 is: all batches up to this one are proven there. */
export interface ProvenOnL1 {
  readonly proven: number;
}

export class JobStore implements JobQueue {
  private readonly database: Database;
  private readonly l1: ProvenOnL1;
  /** Jobs to which no proof was handed in here, oldest first; those of batches proven on L1 long ago are left out. */
  private readonly unproven = new Map<number, JobState>();
  /** Commitments of batches that were restated in this life. */
  private readonly restated = new Map<number, bigint>();
  private latest: number;

  private constructor(database: Database, latest: number, l1: ProvenOnL1) {
    this.database = database;
    this.latest = latest;
    this.l1 = l1;
  }

  static async load(database: Database, latest: number, l1: ProvenOnL1): Promise<JobStore> {
    const store = new JobStore(database, latest, l1);
    const rows = await database.list(tables.jobState);
    const { batch: base } = (await database.get(tables.base, 0)) ?? { batch: 0 };
    if (base + rows.length !== latest)
      throw new StoreError(
        "missingValue",
        `${latest} batches were cut after ${base}, ${rows.length} jobs are there`,
      );
    for (const { key, value } of rows)
      if (value.state !== "proven") store.unproven.set(numbersOf(key)[0]!, value);
    store.letGo();
    return store;
  }

  get waiting(): number {
    let proven = 0;
    for (const number of this.unproven.keys()) {
      if (number > this.l1.proven) break;
      proven += 1;
    }
    return this.unproven.size - proven;
  }

  state(number: number): JobState | undefined {
    if (number < 1 || number > this.latest) return undefined;
    return number <= this.l1.proven ? PROVEN : (this.unproven.get(number) ?? PROVEN);
  }

  /** Rows of new jobs; `added` once they are on disk. */
  rowsOf(number: number, job: BatchJob): Operation[] {
    if (this.isLongProven(number)) return [put(tables.jobState, [number], PROVEN)];
    return [put(tables.job, [number], job), put(tables.jobState, [number], { state: "waiting" })];
  }

  added(number: number): void {
    this.latest = number;
    this.unproven.set(number, { state: "waiting" });
    this.letGo();
  }

  /** The batch says something else from now on: whatever was proven of it is of no use, and nothing but this is proven. */
  async restate({ batch, job }: Cut): Promise<void> {
    const { number } = batch.header;
    this.restated.set(number, batch.commitment);
    this.unproven.set(number, { state: "waiting" });
    this.sort();
    await this.database.write([
      put(tables.batch, [number], batch),
      ...this.rowsOf(number, job),
      del(tables.proof, [number]),
    ]);
  }

  async lease(
    nowMs: number,
    worker: string,
    seconds: number,
  ): Promise<{ number: number; job: BatchJob } | undefined> {
    for (const [number, state] of this.unproven) {
      if (number <= this.l1.proven || (state.state === "leased" && state.untilMs > nowMs)) continue;
      await this.move(number, leaseOf(nowMs, worker, seconds));
      return { number, job: await this.database.demand(tables.job, number) };
    }
    return undefined;
  }

  async extend(nowMs: number, number: number, worker: string, seconds: number): Promise<LeaseCode | null> {
    const code = this.checkLease(number, worker);
    if (code === null) await this.move(number, leaseOf(nowMs, worker, seconds));
    return code;
  }

  async release(number: number, worker: string): Promise<LeaseCode | null> {
    const code = this.checkLease(number, worker);
    if (code === null) await this.move(number, { state: "waiting" });
    return code;
  }

  async complete(
    number: number,
    _worker: string,
    statement: ProvenStatement,
  ): Promise<LeaseCode | "otherStatement" | null> {
    const state = this.state(number);
    if (state === undefined) return "unknownJob";
    if (state.state === "proven") return "alreadyProven";
    // Judged before, and restated since.
    const commitment = this.restated.get(number);
    if (commitment !== undefined && commitment !== statement.publicSignals[0]) return "otherStatement";
    // Before the write, or two proofs at once would both be the first.
    this.unproven.delete(number);
    await this.database.write([
      put(tables.proof, [number], statement),
      put(tables.jobState, [number], PROVEN),
    ]);
    return null;
  }

  job(number: number): Promise<BatchJob | undefined> {
    return this.database.get(tables.job, number);
  }

  proof(number: number): Promise<ProvenStatement | undefined> {
    return this.database.get(tables.proof, number);
  }

  private isLongProven(number: number): boolean {
    return number <= this.l1.proven - KEPT_PROVEN_BATCHES;
  }

  /** A job that was done waits again, before younger ones. */
  private sort(): void {
    const jobs = [...this.unproven].sort(([a], [b]) => a - b);
    this.unproven.clear();
    for (const [number, state] of jobs) this.unproven.set(number, state);
  }

  private letGo(): void {
    for (const number of this.unproven.keys()) {
      if (!this.isLongProven(number)) return;
      this.unproven.delete(number);
    }
  }

  private checkLease(number: number, worker: string): LeaseCode | null {
    const state = this.state(number);
    if (state === undefined) return "unknownJob";
    if (state.state === "proven") return "alreadyProven";
    return state.state === "leased" && state.worker === worker ? null : "notLeased";
  }

  private async move(number: number, state: JobState): Promise<void> {
    this.unproven.set(number, state);
    await this.database.write([put(tables.jobState, [number], state)]);
  }
}

function leaseOf(nowMs: number, worker: string, seconds: number): JobState {
  if (worker.length > MAX_WORKER_NAME)
    throw new RangeError(`a worker's name has up to ${MAX_WORKER_NAME} characters`);
  return { state: "leased", worker, untilMs: nowMs + seconds * 1000 };
}
