/**
 * Multiples of a group's generator G by many scalars, from a table of windows.
 *
 *     k = sum over w of d_w 2^(cw)      -2^(c-1) < d_w <= 2^(c-1)
 *     k G = sum over w of d_w (2^(cw) G), each term (or its negative) read from the table
 *
 * No partial sum is the point at infinity: below the top window it is a non-zero integer smaller than the
 * group's order (the highest non-zero digit outweighs all lower ones), and at the top it is k itself.
 */
import { AdditionBatch, batchCapacity } from "./affine-batch.ts";
import type { CurveWasm, GroupOperations } from "./curve-wasm.ts";

/** One bit more than a scalar has, so that the top digit takes the last carry. */
const digitBits = 255;
const scalarBytes = 32;
const widestWindow = 16;

/** The window width that costs the fewest additions for so many points, making the table included. */
export function bestWindowBits(points: number): number {
  let best = 2;
  for (let bits = 3; bits <= widestWindow; bits++) {
    const cost = (width: number) => Math.ceil(digitBits / width) * (points + 2 ** (width - 1));
    if (cost(bits) < cost(best)) best = bits;
  }
  return best;
}

/** Splits a scalar (32 bytes, least significant first) into its signed digits. */
export function signedDigits(scalars: Uint8Array, at: number, bits: number, digits: Int32Array): void {
  const half = 2 ** (bits - 1);
  const mask = 2 * half - 1;
  let carry = 0;
  for (let w = 0; w < digits.length; w++) {
    const bit = w * bits;
    const byte = at + (bit >> 3);
    let word = 0;
    for (let i = 0; i < 3 && byte + i < at + scalarBytes; i++)
      word |= (scalars[byte + i] as number) << (8 * i);
    const digit = ((word >>> (bit & 7)) & mask) + carry;
    carry = digit > half ? 1 : 0;
    digits[w] = carry === 1 ? digit - 2 * half : digit;
  }
}

/** The table and its use. One object per thread and group. */
export class FixedBase {
  readonly #curve: CurveWasm;
  readonly #group: GroupOperations;
  readonly #bits: number;
  readonly #windows: number;
  readonly #entries: number;
  readonly #table: number;
  readonly #points: number;
  readonly #batch: AdditionBatch;

  constructor(curve: CurveWasm, group: GroupOperations, windowBits: number) {
    this.#curve = curve;
    this.#group = group;
    this.#bits = windowBits;
    this.#windows = Math.ceil(digitBits / windowBits);
    this.#entries = 2 ** (windowBits - 1);
    this.#table = curve.alloc(this.#windows * this.#entries * group.pointBytes);
    this.#points = curve.alloc(batchCapacity * group.pointBytes);
    this.#batch = new AdditionBatch(curve, group);
    curve.reserveScratch(AdditionBatch.scratchBytes(group));
    this.#fillTable();
  }

  /** Address of `digit` times the window's base. */
  #entry(window: number, digit: number): number {
    return this.#table + (window * this.#entries + digit - 1) * this.#group.pointBytes;
  }

  #double(from: number, to: number): void {
    const { doubleAffine, toAffine } = this.#group;
    const jacobian = this.#points; // not in use while the table is filled
    doubleAffine(from, jacobian);
    toAffine(jacobian, to);
  }

  #fillTable(): void {
    const { generator, pointBytes } = this.#group;
    this.#curve.write(this.#entry(0, 1), this.#curve.read(generator, pointBytes));
    for (let window = 0; window < this.#windows; window++) {
      if (window > 0) this.#double(this.#entry(window - 1, this.#entries), this.#entry(window, 1));
      for (let known = 1; known < this.#entries; known *= 2) {
        const last = this.#entry(window, known);
        for (let i = 1; i < known; i++) {
          this.#batch.push(this.#entry(window, i), last, false, this.#entry(window, known + i));
        }
        this.#double(last, this.#entry(window, 2 * known));
        this.#batch.run();
      }
    }
  }

  /** Affine points for scalars in plain form, 32 bytes each; zero yields the point at infinity. */
  multiply(scalars: Uint8Array): Uint8Array {
    const { pointBytes } = this.#group;
    const count = scalars.length / scalarBytes;
    const result = new Uint8Array(count * pointBytes);
    const words = new Uint32Array(new Uint8Array(scalars).buffer);
    let chosen: number[] = [];
    for (let i = 0; i < count; i++) {
      if (words.subarray(8 * i, 8 * i + 8).some((word) => word !== 0)) chosen.push(i);
      if (chosen.length === batchCapacity || i === count - 1) {
        this.#multiplyBatch(scalars, chosen);
        const memory = this.#curve.bytes();
        for (const [slot, index] of chosen.entries()) {
          const from = this.#points + slot * pointBytes;
          result.set(memory.subarray(from, from + pointBytes), index * pointBytes);
        }
        chosen = [];
      }
    }
    return result;
  }

  /** Computes the chosen scalars' points into consecutive slots. */
  #multiplyBatch(scalars: Uint8Array, chosen: readonly number[]): void {
    const digits = chosen.map((index) => {
      const own = new Int32Array(this.#windows);
      signedDigits(scalars, index * scalarBytes, this.#bits, own);
      return own;
    });
    const started = new Uint8Array(chosen.length);
    for (let window = 0; window < this.#windows; window++) {
      for (let slot = 0; slot < chosen.length; slot++) {
        const digit = digits[slot]?.[window] as number;
        if (digit === 0) continue;
        const point = this.#points + slot * this.#group.pointBytes;
        const term = this.#entry(window, Math.abs(digit));
        if (started[slot]) this.#batch.push(point, term, digit < 0, point);
        else this.#start(point, term, digit < 0);
        started[slot] = 1;
      }
      this.#batch.run();
    }
  }

  #start(point: number, term: number, negate: boolean): void {
    const { copy, neg, bytes } = this.#group.field;
    copy(term, point);
    (negate ? neg : copy)(term + bytes, point + bytes);
  }
}
