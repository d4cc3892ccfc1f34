/**
 * Hashes to be computed together, where an input may be the result of an earlier one: all nodes of a tree's update are one
 * plan, made without knowing any of their values. A plan runs in one call into the kernel, here or in another thread:
 * its buffers may be transferred and come back with the results.
 */
import { FIELD_MODULUS } from "../exchange/field.ts";
import { MAX_INPUTS } from "./poseidon-constants.ts";

/** Where a result will be. */
export type Planned = number & { readonly planned: unique symbol };

/** Four words of 64 bits a slot; per hash width, and the slots of capacity, result and inputs. */
export interface PlanBuffers {
  values: BigUint64Array<ArrayBuffer>;
  hashes: Int32Array<ArrayBuffer>;
}

/** Runs a plan, here or elsewhere; resolves with its values, results among them. */
export type RunPlan = (plan: PlanBuffers) => Promise<BigUint64Array>;

const WORDS = 4;

export class HashPlan {
  private values = new BigUint64Array(256 * WORDS);
  private used = 0;
  private readonly hashes: number[] = [];
  private readonly capacities = new Map<bigint, number>();

  /** The hash of 1 to 16 numbers, taken modulo p, under a capacity. */
  hash(capacity: bigint, inputs: readonly (bigint | Planned)[]): Planned {
    if (inputs.length < 1 || inputs.length > MAX_INPUTS)
      throw new RangeError(`Poseidon takes 1 to ${MAX_INPUTS} numbers`);
    let capacitySlot = this.capacities.get(capacity);
    if (capacitySlot === undefined) {
      capacitySlot = this.literal(capacity);
      this.capacities.set(capacity, capacitySlot);
    }
    const slots = inputs.map((input) => (typeof input === "bigint" ? this.literal(input) : input));
    const result = this.newSlot();
    this.hashes.push(inputs.length + 1, capacitySlot, result, ...slots);
    return result as Planned;
  }

  /** Hands the plan over to whoever runs it. */
  buffers(): PlanBuffers {
    return { values: this.values.slice(0, this.used * WORDS), hashes: Int32Array.from(this.hashes) };
  }

  private newSlot(): number {
    if ((this.used + 1) * WORDS > this.values.length) {
      const grown = new BigUint64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    return this.used++;
  }

  private literal(value: bigint): number {
    const number =
      value >= 0n && value < FIELD_MODULUS
        ? value
        : ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
    const slot = this.newSlot();
    const at = slot * WORDS;
    // The array takes each value modulo 2^64.
    this.values[at] = number;
    this.values[at + 1] = number >> 64n;
    this.values[at + 2] = number >> 128n;
    this.values[at + 3] = number >> 192n;
    return slot;
  }
}

/** A result among the values of a plan that has run. */
export function resultOf(values: BigUint64Array, planned: Planned): bigint {
  const at = planned * WORDS;
  const high = (values[at + 3]! << 64n) | values[at + 2]!;
  return (high << 128n) | (values[at + 1]! << 64n) | values[at]!;
}
