/** Vectors and matrices over the field, as Poseidon's constants need them: small ones, once, when the kernel is built. */
import { FIELD_MODULUS as P } from "../exchange/field.ts";

export type Vector = bigint[];
export type Matrix = Vector[];

export const reduce = (x: bigint): bigint => ((x % P) + P) % P;

export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = base; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = (result * square) % P;
    square = (square * square) % P;
  }
  return result;
}

export const inverse = (x: bigint): bigint => inverseModulo(x, P);

/** 1 / x for another modulus that has no factor in common with x. */
export function inverseModulo(x: bigint, modulus: bigint): bigint {
  let [low, high, a, b] = [((x % modulus) + modulus) % modulus, modulus, 1n, 0n];
  while (low > 0n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [a, b] = [b - quotient * a, a];
  }
  return ((b % modulus) + modulus) % modulus;
}

export const dot = (a: Vector, b: Vector): bigint => a.reduce((sum, x, i) => sum + x * b[i]!, 0n) % P;
export const column = (m: Matrix, j: number): Vector => m.map((row) => row[j]!);
export const scaled = (v: Vector, factor: bigint): Vector => v.map((x) => (x * factor) % P);
export const timesVector = (a: Matrix, v: Vector): Vector => a.map((row) => dot(row, v));
/** v A, for a row v. */
export const timesMatrix = (v: Vector, a: Matrix): Vector => a[0]!.map((_, j) => dot(v, column(a, j)));

/** The inverse by Gauss and Jordan. */
export function inverseMatrix(m: Matrix): Matrix {
  const size = m.length;
  const rows = m.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const at = rows.findIndex((row, i) => i >= pivot && row[pivot] !== 0n);
    if (at < 0) throw new RangeError("a matrix without an inverse");
    [rows[pivot], rows[at]] = [rows[at]!, rows[pivot]!];
    const head = scaled(rows[pivot]!, inverse(rows[pivot]![pivot]!));
    rows[pivot] = head;
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![pivot]!;
      if (i === pivot || factor === 0n) continue;
      rows[i] = rows[i]!.map((x, j) => reduce(x - factor * head[j]!));
    }
  }
  return rows.map((row) => row.slice(size));
}
