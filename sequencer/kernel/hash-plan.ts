/**
 * Hashes to be computed together, where an input may be the result of an earlier one: all nodes of a tree's update are one
 * plan, made without knowing any of their values. A plan runs in one call into the kernel, here or in another thread:
 * its buffers may be transferred and come back with the results.
 */
import { FIELD_MODULUS } from "../exchange/field.ts";
import { NUMBER_WORDS, readNumber, writeNumber } from "./numbers.ts";
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

export class HashPlan {
  private values = new BigUint64Array(256 * NUMBER_WORDS);
  private used = 0;
  /**
   * By height and width, of each hash its width, slots of capacity, result and inputs. Of one height none is an input of
   * another, and those of one width the kernel computes in pairs.
   */
  private readonly rows: number[][] = [];
  /** By slot: how many hashes stand one on the other below it. */
  private readonly heights: number[] = [];
  private readonly capacities = new Map<bigint, number>();

  /** The hash of 1 to 16 numbers, taken modulo p, under a capacity. */
  hash(capacity: bigint, inputs: readonly (bigint | Planned)[]): Planned {
    if (inputs.length < 1 || inputs.length > MAX_INPUTS)
      throw new RangeError(`Poseidon takes 1 to ${MAX_INPUTS} numbers`);
    const capacitySlot = this.capacitySlot(capacity);
    const slots: number[] = [];
    let below = 0;
    for (const input of inputs) {
      const slot = typeof input === "bigint" ? this.literal(input) : input;
      slots.push(slot);
      below = Math.max(below, this.heights[slot]!);
    }
    const result = this.newSlot(below + 1);
    this.row(below + 1, inputs.length + 1).push(inputs.length + 1, capacitySlot, result, ...slots);
    return result as Planned;
  }

  /** Hands the plan over to whoever runs it: by height, so that inputs come first, and by width. */
  buffers(): PlanBuffers {
    // Without the gaps: `reduce` and `forEach` skip them.
    const hashes = new Int32Array(this.rows.reduce((length, row) => length + row.length, 0));
    let at = 0;
    this.rows.forEach((row) => {
      hashes.set(row, at);
      at += row.length;
    });
    return { values: this.values.slice(0, this.used * NUMBER_WORDS), hashes };
  }

  private row(height: number, width: number): number[] {
    const at = height * (MAX_INPUTS + 2) + width;
    const row = this.rows[at] ?? [];
    this.rows[at] = row;
    return row;
  }

  private capacitySlot(capacity: bigint): number {
    let slot = this.capacities.get(capacity);
    if (slot === undefined) {
      slot = this.literal(capacity);
      this.capacities.set(capacity, slot);
    }
    return slot;
  }

  private newSlot(height: number): number {
    if ((this.used + 1) * NUMBER_WORDS > this.values.length) {
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
    writeNumber(this.values, slot * NUMBER_WORDS, number);
    return slot;
  }
}

/** A result among the values of a plan that has run. */
export const resultOf = (values: BigUint64Array, planned: Planned): bigint =>
  readNumber(values, planned * NUMBER_WORDS);
