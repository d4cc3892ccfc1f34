/** Multiples of the generators of G1 and G2 by many scalars, on several threads. */
import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";
import type { CurveModule } from "./curve-module.ts";
import { bestWindowBits } from "./fixed-base.ts";
import type { MultiplierJob, MultiplierSetting } from "./multiplier-worker.ts";

interface Pending {
  readonly job: MultiplierJob;
  readonly resolve: (points: Uint8Array) => void;
  readonly reject: (error: Error) => void;
}

export interface MultiplierOptions {
  readonly module: CurveModule;
  /** About how many points each group will be asked for: sizes the tables. */
  readonly expectedPoints: Readonly<Record<"G1" | "G2", number>>;
  readonly threads?: number | undefined;
}

/** Worker threads that share a queue. Close it when done. */
export class Multiplier {
  readonly threads: number;
  readonly #queue: Pending[] = [];
  readonly #idle: Worker[] = [];
  readonly #busy = new Map<Worker, Pending>();
  #failure: Error | undefined;

  constructor(options: MultiplierOptions) {
    this.threads = Math.max(1, options.threads ?? availableParallelism());
    const { expectedPoints } = options;
    const setting: MultiplierSetting = {
      module: options.module,
      windowBits: {
        G1: bestWindowBits(expectedPoints.G1 / this.threads),
        G2: bestWindowBits(expectedPoints.G2 / this.threads),
      },
    };
    for (let i = 0; i < this.threads; i++) this.#idle.push(this.#start(setting));
  }

  #start(setting: MultiplierSetting): Worker {
    const worker = new Worker(new URL("./worker-start.mjs", import.meta.url), { workerData: setting });
    worker.on("message", (points: Uint8Array) => {
      this.#busy.get(worker)?.resolve(points);
      this.#busy.delete(worker);
      this.#idle.push(worker);
      this.#dispatch();
    });
    worker.on("error", (error) => this.#fail(error as Error));
    return worker;
  }

  #fail(error: Error): void {
    this.#failure = error;
    for (const pending of [...this.#busy.values(), ...this.#queue]) pending.reject(error);
    this.#busy.clear();
    this.#queue.length = 0;
  }

  #dispatch(): void {
    while (this.#idle.length > 0 && this.#queue.length > 0) {
      const worker = this.#idle.pop() as Worker;
      const pending = this.#queue.shift() as Pending;
      this.#busy.set(worker, pending);
      worker.postMessage(pending.job);
    }
  }

  /**
   * Affine points (as the zkey stores them) for scalars in plain form, 32 bytes each.
   *
   *     const points = await multiplier.multiply('G1', toLittleEndian(5n));
   */
  multiply(group: "G1" | "G2", scalars: Uint8Array): Promise<Uint8Array> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      this.#queue.push({ job: { group, scalars }, resolve, reject });
      this.#dispatch();
    });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#idle, ...this.#busy.keys()].map((worker) => worker.terminate()));
  }
}
