/** The job queue of a node, in memory. */
import type { BatchJob } from "../../sequencer/batch/job.ts";
import type { ProvenStatement } from "../../sequencer/chain/proof.ts";
import type { JobQueue } from "../../sequencer/store/job-queue.ts";
import type { JobState } from "../../sequencer/store/settlement.ts";

export class MemoryQueue implements JobQueue {
  private readonly jobs = new Map<number, BatchJob>();
  private readonly states = new Map<number, JobState>();
  private readonly proofs = new Map<number, ProvenStatement>();

  constructor(jobs: readonly BatchJob[]) {
    for (const job of jobs) {
      this.jobs.set(job.header.number, job);
      this.states.set(job.header.number, { state: "waiting" });
    }
  }

  get waiting(): number {
    return this.jobs.size - this.proofs.size;
  }

  async lease(nowMs: number, worker: string, seconds: number) {
    for (const [number, job] of this.jobs) {
      const state = this.states.get(number)!;
      if (state.state === "proven" || (state.state === "leased" && state.untilMs > nowMs)) continue;
      this.states.set(number, { state: "leased", worker, untilMs: nowMs + seconds * 1000 });
      return { number, job };
    }
    return undefined;
  }

  async extend(nowMs: number, number: number, worker: string, seconds: number) {
    const refusal = this.holding(number, worker);
    if (refusal === null)
      this.states.set(number, { state: "leased", worker, untilMs: nowMs + seconds * 1000 });
    return refusal;
  }

  async release(number: number, worker: string) {
    const refusal = this.holding(number, worker);
    if (refusal === null) this.states.set(number, { state: "waiting" });
    return refusal;
  }

  async complete(number: number, _worker: string, statement: ProvenStatement) {
    if (!this.jobs.has(number)) return "unknownJob";
    if (this.proofs.has(number)) return "alreadyProven";
    this.proofs.set(number, statement);
    this.states.set(number, { state: "proven" });
    return null;
  }

  async job(number: number) {
    return this.jobs.get(number);
  }

  async proof(number: number) {
    return this.proofs.get(number);
  }

  state(number: number) {
    return this.states.get(number);
  }

  private holding(number: number, worker: string) {
    const state = this.states.get(number);
    if (state === undefined) return "unknownJob";
    if (state.state === "proven") return "alreadyProven";
    return state.state === "leased" && state.worker === worker ? null : "notLeased";
  }
}
