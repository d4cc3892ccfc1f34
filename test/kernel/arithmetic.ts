/** The kernel's field arithmetic, called on its memory directly, as numbers. */
import { kernelFiles } from "../../sequencer/kernel/load.ts";

type Place = number;

/** What `assembly/kernel.ts` exports of field.ts, product.ts and sum.ts. */
interface Exports {
  readonly memory: WebAssembly.Memory;
  allocate(bytes: number): Place;
  multiply(out: Place, a: Place, b: Place): void;
  multiplyAdd(out: Place, a: Place, b: Place, c: Place): void;
  square(out: Place, a: Place): void;
  add(out: Place, a: Place, b: Place): void;
  subtract(out: Place, a: Place, b: Place): void;
  carry(out: Place, a: Place): void;
  clearColumns(sum: Place): void;
  accumulate(sum: Place, a: Place, b: Place): void;
  accumulatePaired(sum: Place, l: Place, r: Place, a: Place, b: Place): void;
  extendCross(next: Place, cross: Place, l: Place, r: Place): void;
  addDifference(sum: Place, from: Place, to: Place): void;
  settle(sum: Place): void;
  reduce(out: Place, sum: Place): void;
  invert(out: Place, a: Place): void;
  isZero(a: Place): number;
  isEqual(a: Place, b: Place): number;
  fromBytes(out: Place, from: Place): void;
  toBytes(to: Place, a: Place): void;
}

const LIMBS = 9;
const LIMB_BITS = 29n;
export const LIMB_MASK = (1 << 29) - 1;
export const R = 1n << 261n;

/** The number that limbs spell. */
export const numberOf = (limbs: readonly number[]): bigint =>
  limbs.reduceRight((value, limb) => (value << LIMB_BITS) + BigInt(limb), 0n);

/** Tight limbs of a number: the sign is in the top one. */
export const limbsOf = (value: bigint): number[] =>
  Array.from({ length: LIMBS }, (_, i) =>
    Number(i < LIMBS - 1 ? (value >> (LIMB_BITS * BigInt(i))) & BigInt(LIMB_MASK) : value >> 232n),
  );

export class Arithmetic {
  readonly calls: Exports;
  readonly sum: Place;

  private constructor(calls: Exports) {
    this.calls = calls;
    this.sum = this.columns();
  }

  static async load(): Promise<Arithmetic> {
    const { wasm } = await kernelFiles();
    const instance = await WebAssembly.instantiate(await WebAssembly.compile(wasm), {});
    return new Arithmetic(instance.exports as Exports);
  }

  /** New columns of a sum. */
  columns(): Place {
    return this.calls.allocate(144);
  }

  /** A new element. */
  element(limbs: readonly number[] = new Array(LIMBS).fill(0)): Place {
    const at = this.calls.allocate(48);
    new Int32Array(this.calls.memory.buffer, at, LIMBS).set(limbs);
    return at;
  }

  limbs(at: Place): number[] {
    return [...new Int32Array(this.calls.memory.buffer, at, LIMBS)];
  }

  /** 32 bytes, little end first, with the byte behind them that may be read. */
  bytes(value: bigint): Place {
    const at = this.calls.allocate(48);
    const words = new BigUint64Array(this.calls.memory.buffer, at, 4);
    for (let i = 0; i < 4; i++) words[i] = value >> BigInt(64 * i);
    return at;
  }

  number(at: Place): bigint {
    const words = new BigUint64Array(this.calls.memory.buffer, at, 4);
    return words.reduceRight((value, word) => (value << 64n) | word, 0n);
  }
}
