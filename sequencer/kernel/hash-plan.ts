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

interface PlannedHash {
  readonly height: number;
  /** Width, slots of capacity, result and inputs. */
  readonly fields: readonly number[];
}

export class HashPlan {
  private values = new BigUint64Array(256 * WORDS);
  private used = 0;
  private readonly hashes: PlannedHash[] = [];
  /** By slot: how many hashes stand one on the other below it. */
  private readonly heights: number[] = [];
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
    const height = 1 + Math.max(...slots.map((slot) => this.heights[slot]!));
    const result = this.newSlot(height);
    this.hashes.push({ height, fields: [inputs.length + 1, capacitySlot, result, ...slots] });
    return result as Planned;
  }

  /**
   * Hands the plan over to whoever runs it: by height, so that inputs come first, and by width, since the kernel computes
   * neighbours of one width together.
   */
  buffers(): PlanBuffers {
    const sorted = [...this.hashes].sort((a, b) => a.height - b.height || a.fields[0]! - b.fields[0]!);
    return {
      values: this.values.slice(0, this.used * WORDS),
      hashes: Int32Array.from(sorted.flatMap(({ fields }) => fields)),
    };
  }

  private newSlot(height: number): number {
    if ((this.used + 1) * WORDS > this.values.length) {
      const grown = new BigUint64Array(2 * this.values.length);
      grown.set(this.values);
      this.values = grown;
    }
    this.heights.push(height);
    return this.used++;
  }

  private literal(value: bigint): number {
    const number =
      value >= 0n && value < FIELD_MODULUS
        ? value
        : ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
    const slot = this.newSlot(0);
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
