/**
 * Does the kernel's work on threads of a pool, so that the thread that orders and executes goes on meanwhile.
 *
 * Signatures are checked one by one, but sent in batches: what comes in one turn of the event loop goes together, and so does
 * what comes while all threads are busy. A message costs as much as a third of a check, and hashes are cheaper in pairs.
 * Answers are given in the order of the questions, so an account's requests keep theirs. Each thread has its own kernel and
 * its own tables of busy keys.
 */
import { availableParallelism } from "node:os";
import { Piscina } from "piscina";
import type { PlanBuffers } from "../kernel/hash-plan.ts";
import { packChecks } from "../signature/check-plan.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { KernelWork } from "./kernel-work.ts";

/** One for every core, since the thread that executes needs half of one; more than eight it cannot feed. */
const defaultThreads = (): number => Math.min(8, availableParallelism());
/** A thread that nobody needed for so long ends, all but one. */
const IDLE_MS = 60_000;

/** While fewer checks wait they go in one message, whatever threads are free: it costs as much as a third of a check. */
const LEAST_BATCH = 32;
/**
 * In batches of 128 a busy node takes a twelfth less of the cores than in batches of 32. Plans of hashes wait for two of them at
 * most, some 20 ms.
 */
const MOST_BATCH = 128;
/** Of each thread: it finds the next one when it is done, also while the thread that executes has no time to send any. */
const TASKS_AT_ONCE = 2;
/** Requests that wait for their check, a fifth of a second on two cores; of these only for relief. */
const MAX_WAITING = 2048;
const RESERVED_FOR_RELIEF = 512;

interface Waiting {
  readonly request: SignedRequest;
  readonly resolve: (isGood: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class KernelThreads implements KernelWork {
  private readonly pool: Piscina;
  private readonly domain: bigint;
  private readonly threads: number;
  private readonly gathering: Waiting[] = [];
  private waiting = 0;
  private inFlight = 0;
  private isDue = false;
  /** Resolves when all batches that were sent are answered. */
  private answered: Promise<void> = Promise.resolve();

  private constructor(pool: Piscina, domain: bigint, threads: number) {
    this.pool = pool;
    this.domain = domain;
    this.threads = threads;
  }

  /** Starts a thread and waits until it can work; others are started when there is work for them. */
  static async start(domain: bigint, threads: number = defaultThreads()): Promise<KernelThreads> {
    const pool = new Piscina({
      filename: new URL("./kernel-thread-start.mjs", import.meta.url).href,
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      concurrentTasksPerWorker: TASKS_AT_ONCE,
      // Batches in flight, a plan of states and one of commitments (../batch/cutter.ts).
      maxQueue: TASKS_AT_ONCE * threads + 2,
    });
    const started = new KernelThreads(pool, domain, threads);
    await started.verdicts([]);
    return started;
  }

  runPlan = async (plan: PlanBuffers): Promise<BigUint64Array> =>
    (await this.pool.run(plan, {
      name: "runPlan",
      transferList: [plan.values.buffer, plan.hashes.buffer],
    })) as BigUint64Array;

  hasRoom(relief: boolean): boolean {
    return this.waiting < (relief ? MAX_WAITING : MAX_WAITING - RESERVED_FOR_RELIEF);
  }

  check(request: SignedRequest): Promise<boolean> {
    return new Promise((resolve, reject) => {
      this.gathering.push({ request, resolve, reject });
      this.waiting += 1;
      this.sendWhenTurnEnds();
    });
  }

  /** Finishes what was asked. */
  async close(): Promise<void> {
    while (this.waiting > 0) {
      this.send();
      await this.answered;
    }
    await this.pool.close();
  }

  private sendWhenTurnEnds(): void {
    if (this.isDue) return;
    this.isDue = true;
    setImmediate(() => {
      this.isDue = false;
      this.send();
    });
  }

  private send(): void {
    for (;;) {
      const places = TASKS_AT_ONCE * this.threads - this.inFlight;
      if (this.gathering.length === 0 || places === 0) return;
      // Shared out: nobody waits behind others while a thread has nothing to do.
      const share = Math.max(LEAST_BATCH, Math.ceil(this.gathering.length / places));
      const batch = this.gathering.splice(0, Math.min(share, MOST_BATCH));
      this.inFlight += 1;
      this.answered = this.answer(batch, this.answered);
    }
  }

  private async answer(batch: readonly Waiting[], before: Promise<void>): Promise<void> {
    const verdicts = await this.run(batch.map(({ request }) => request));
    this.inFlight -= 1;
    this.send();
    await before;
    this.waiting -= batch.length;
    batch.forEach(({ resolve, reject }, i) => {
      if (verdicts instanceof Error) reject(verdicts);
      else resolve(verdicts[i] === 1);
    });
  }

  /** Verdicts, or why there are none. */
  private async run(requests: readonly SignedRequest[]): Promise<Uint8Array | Error> {
    try {
      return await this.verdicts(requests);
    } catch (error) {
      return new Error("signatures could not be checked", { cause: error });
    }
  }

  private async verdicts(requests: readonly SignedRequest[]): Promise<Uint8Array> {
    const packed = packChecks(this.domain, requests);
    return (await this.pool.run(packed, {
      name: "checkSignatures",
      transferList: [packed.buffer],
    })) as Uint8Array;
  }
}
