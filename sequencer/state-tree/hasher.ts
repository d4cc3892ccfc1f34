/** Who hashes a tree's update: at once, or as a plan that somebody runs later, in one call or in another thread. */
import { HashDomain, type HashKind } from "../exchange/encode.ts";
import { HashPlan, type Planned, type RunPlan, resultOf } from "../kernel/hash-plan.ts";
import type { Hash } from "./poseidon.ts";

/** Hashes under a kind to a number, or to the promise of one. */
export type HashInto<T> = (kind: HashKind, inputs: readonly (bigint | T)[]) => T;

export interface Hasher<T> {
  readonly hash: HashInto<T>;
  /** The number of what was hashed; of a planned hash, once the plan has run. */
  numberOf(hash: T): bigint;
}

/** Hashes at once. */
export const hasherAtOnce = (hash: Hash): Hasher<bigint> => ({ hash, numberOf: (value) => value });

/** Hashes when its plan is run. */
export class PlannedHasher implements Hasher<Planned> {
  private readonly plan = new HashPlan();
  private done: BigUint64Array | null = null;
  /** Results that were asked for: a node is in the paths of many. */
  private readonly numbers: bigint[] = [];

  hash = (kind: HashKind, inputs: readonly (bigint | Planned)[]): Planned =>
    this.plan.hash(HashDomain[kind], inputs);

  async run(runPlan: RunPlan): Promise<void> {
    this.done = await runPlan(this.plan.buffers());
  }

  numberOf(hash: Planned): bigint {
    if (this.done === null) throw new Error("the plan has not run");
    const number = this.numbers[hash] ?? resultOf(this.done, hash);
    this.numbers[hash] = number;
    return number;
  }
}
