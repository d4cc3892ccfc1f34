/**
 * The kernel as the rest of the project sees it: Poseidon and BabyJubJub on plain numbers, synchronous. Reads no files:
 * `load.ts` does that for Node, a page may fetch the same two.
 *
 * One instance belongs to one thread. Numbers cross as 32 bytes, little end first, and are ranged here: what the
 * WebAssembly is given is below p, and S below the subgroup order.
 */
import { FIELD_MODULUS } from "../exchange/field.ts";
import type { Point, Signature } from "../signature/request.ts";
import type { PlanBuffers } from "./hash-plan.ts";
import { isBelow, NUMBER_WORDS, readNumber, wordsOf, writeNumber } from "./numbers.ts";
import { constantCount, MAX_INPUTS, partialRounds } from "./poseidon-constants.ts";

/** The order n of the subgroup that B8 generates. */
export const SUBGROUP_ORDER = 2736030358979909402780800718157159386076813972158567259200215660948447373041n;

interface WasmGlobal {
  readonly value: number;
}

/** What is compiled from `assembly/`. */
export interface KernelExports {
  readonly memory: WebAssembly.Memory;
  readonly SIGNED: WasmGlobal;
  readonly KEY_TABLE: WasmGlobal;
  allocate(bytes: number): number;
  setConstants(width: number, partialRounds: number, count: number, from: number): void;
  hashMany(width: number, count: number, capacity: number, from: number, to: number): void;
  runPlan(hashes: number, end: number, values: number): void;
  prepare(): void;
  isPoint(): number;
  isKey(): number;
  hashSigned(): void;
  makeKeyTable(table: number): number;
  verify(): number;
  verifyWithTable(table: number): number;
  multiplyBase(): void;
}

/** Where multiples of a key are kept inside the instance. */
export type KeyTable = number & { readonly brand: unique symbol };

/** Hashes of one call into the WebAssembly; more are done in several. */
const MAX_ROWS = 128;
const NUMBER_BYTES = 32;

/** Instantiates the compiled kernel with its constants, see `poseidon-constants.ts`. */
export async function instantiateKernel(wasm: Uint8Array, constants: Uint8Array): Promise<Kernel> {
  const instance = await WebAssembly.instantiate(await WebAssembly.compile(wasm), {});
  return new Kernel(instance.exports as KernelExports, constants);
}

export class Kernel {
  private readonly exports: KernelExports;
  private readonly capacityAt: number;
  private readonly inputsAt: number;
  private readonly outputsAt: number;
  private readonly signedAt: number;
  /** The memory as numbers of 64 bits; anew after every growth. */
  private words: BigUint64Array;
  private planAt = 0;
  private planBytes = 0;

  constructor(exports: KernelExports, constants: Uint8Array) {
    this.exports = exports;
    this.signedAt = exports.SIGNED.value;
    const { allocate } = exports;
    // Each with a byte behind it that loads may touch; places are multiples of 16.
    this.capacityAt = allocate(NUMBER_BYTES + 8);
    this.inputsAt = allocate(MAX_ROWS * MAX_INPUTS * NUMBER_BYTES + 8);
    this.outputsAt = allocate(MAX_ROWS * NUMBER_BYTES);
    this.setConstants(constants);
    exports.prepare();
    this.words = new BigUint64Array(exports.memory.buffer);
  }

  private setConstants(constants: Uint8Array): void {
    const { exports } = this;
    const at = exports.allocate(constants.length + 8);
    new Uint8Array(exports.memory.buffer).set(constants, at);
    let from = at;
    for (let width = 2; width <= MAX_INPUTS + 1; width++) {
      const count = constantCount(width);
      exports.setConstants(width, partialRounds(width), count, from);
      from += NUMBER_BYTES * count;
    }
    if (from !== at + constants.length) throw new Error("Poseidon's constants have another length");
  }

  /** circomlib's Poseidon of 1 to 16 numbers; `capacity` is its initial state. Numbers are taken modulo p. */
  hash(capacity: bigint, inputs: readonly bigint[]): bigint {
    return this.hashRows(capacity, inputs.length, inputs)[0]!;
  }

  /** Hashes of many rows of equal length, given one after the other. */
  hashRows(capacity: bigint, rowLength: number, inputs: readonly bigint[]): bigint[] {
    const count = inputs.length / rowLength;
    if (!(rowLength >= 1 && rowLength <= MAX_INPUTS && Number.isInteger(count)))
      throw new RangeError(`Poseidon takes 1 to ${MAX_INPUTS} numbers`);
    this.write(this.capacityAt, capacity);
    const hashes: bigint[] = [];
    for (let first = 0; first < count; first += MAX_ROWS) {
      const rows = Math.min(MAX_ROWS, count - first);
      for (let i = 0; i < rows * rowLength; i++)
        this.write(this.inputsAt + i * NUMBER_BYTES, inputs[first * rowLength + i]!);
      this.exports.hashMany(rowLength + 1, rows, this.capacityAt, this.inputsAt, this.outputsAt);
      for (let i = 0; i < rows; i++) hashes.push(this.read(this.outputsAt + i * NUMBER_BYTES));
    }
    return hashes;
  }

  /** Computes all hashes of a plan, into its own values. */
  run({ hashes, values }: PlanBuffers): BigUint64Array<ArrayBuffer> {
    const valueBytes = values.byteLength + 8;
    const hashBytes = hashes.byteLength;
    this.reserve(valueBytes + hashBytes);
    const hashesAt = this.planAt + (valueBytes & ~7);
    this.words.set(values, this.planAt >> 3);
    new Int32Array(this.words.buffer, hashesAt, hashes.length).set(hashes);
    this.exports.runPlan(hashesAt, hashesAt + hashBytes, this.planAt);
    values.set(this.words.subarray(this.planAt >> 3, (this.planAt >> 3) + values.length));
    return values;
  }

  /** Room for a plan. What was too small stays unused: doubling keeps that below what is in use. */
  private reserve(bytes: number): void {
    if (bytes <= this.planBytes) return;
    this.planBytes = Math.max(bytes, 2 * this.planBytes);
    this.planAt = this.exports.allocate(this.planBytes);
    this.words = new BigUint64Array(this.exports.memory.buffer);
  }

  /** Both coordinates canonical and on the curve. */
  isOnCurve(point: Point): boolean {
    return this.writePoint(this.signedAt, point) && this.exports.isPoint() !== 0;
  }

  /** On the curve, and not of low order: 8A has an x. */
  isUsableKey(key: Point): boolean {
    return this.writePoint(this.signedAt, key) && this.exports.isKey() !== 0;
  }

  /** Room for multiples of a key, for as long as the instance lives: whoever asks keeps count. */
  allocateKeyTable(): KeyTable {
    const table = this.exports.allocate(this.exports.KEY_TABLE.value) as KeyTable;
    this.words = new BigUint64Array(this.exports.memory.buffer);
    return table;
  }

  /** Fills a table; false if the key is none. */
  makeKeyTable(table: KeyTable, key: Point): boolean {
    return this.writePoint(this.signedAt, key) && this.exports.makeKeyTable(table) !== 0;
  }

  /**
   * Whether S B8 = R8 + h 8A, with everything that the circuit asks of the numbers; `assembly/eddsa.ts`. A table, if
   * given, is the one that was made for this key.
   */
  verify(message: bigint, key: Point, { r8, s }: Signature, table?: KeyTable): boolean {
    const at = this.signedAt;
    if (!isCanonical(message) || s < 0n || s >= SUBGROUP_ORDER) return false;
    if (!this.writePoint(at, key) || !this.writePoint(at + 2 * NUMBER_BYTES, r8)) return false;
    this.write(at + 4 * NUMBER_BYTES, message);
    this.write(at + 5 * NUMBER_BYTES, s);
    this.exports.hashSigned();
    return this.verifySigned(table);
  }

  /**
   * The same for seven numbers that lie one after the other among a plan's values: the key, R8, the message, S, and
   * h = Poseidon(R8, A, M), which `run` has computed together with those of other checks.
   */
  verifyAt(values: BigUint64Array, first: number, table?: KeyTable): boolean {
    for (let i = 0; i < 5; i++) if (!isBelow(values, first + i * NUMBER_WORDS, MODULUS)) return false;
    if (!isBelow(values, first + 5 * NUMBER_WORDS, ORDER)) return false;
    this.words.set(values.subarray(first, first + 7 * NUMBER_WORDS), this.signedAt >> 3);
    return this.verifySigned(table);
  }

  private verifySigned(table: KeyTable | undefined): boolean {
    return (table === undefined ? this.exports.verify() : this.exports.verifyWithTable(table)) !== 0;
  }

  /** scalar B8 for a scalar below p; takes the same time for each. */
  multiplyBase(scalar: bigint): Point {
    if (!isCanonical(scalar)) throw new RangeError("a scalar is below p");
    this.write(this.signedAt, scalar);
    this.exports.multiplyBase();
    return [this.read(this.signedAt), this.read(this.signedAt + NUMBER_BYTES)];
  }

  private writePoint(at: number, [x, y]: Point): boolean {
    if (!isCanonical(x) || !isCanonical(y)) return false;
    this.write(at, x);
    this.write(at + NUMBER_BYTES, y);
    return true;
  }

  private write(at: number, value: bigint): void {
    const number = isCanonical(value) ? value : ((value % FIELD_MODULUS) + FIELD_MODULUS) % FIELD_MODULUS;
    writeNumber(this.words, at >> 3, number);
  }

  private read(at: number): bigint {
    return readNumber(this.words, at >> 3);
  }
}

const MODULUS = wordsOf(FIELD_MODULUS);
const ORDER = wordsOf(SUBGROUP_ORDER);

const isCanonical = (value: bigint): boolean => value >= 0n && value < FIELD_MODULUS;
