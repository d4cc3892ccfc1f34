/**
 * The constants of circomlib's Poseidon, from their definition (Grassi, Khovratovich, Rechberger, Roy, Schofnegger:
 * "Poseidon: A New Hash Function for Zero-Knowledge Proof Systems", appendices B and F, and its reference script).
 *
 *   grain      80-bit LFSR, b[i+80] = b[i+62] + b[i+51] + b[i+38] + b[i+23] + b[i+13] + b[i], started with the
 *              parameters, 160 bits thrown away; of each pair of bits the second counts if the first is 1
 *   rounds     (8 + RP) t numbers of 254 bits, those of p and above left out
 *   matrix     M[i][j] = 1 / (x_i + y_j), x and y the next 2 t numbers, reduced
 *
 * Plain rounds are: add constants, fifth powers (of state[0] alone in the partial ones), M. Two changes that leave the
 * function as it is make partial rounds cheap:
 *
 *   constants  c added after M equals M^-1 c added before it; in a partial round all but the first element of that may
 *              go before the fifth power, which they do not meet. One constant a partial round is left.
 *   matrix     M = S L, S = [[m, v U^-1], [w, 1]], L = [[1, 0], [0, U]] for M = [[m, v], [w, U]]. L commutes with the
 *              fifth power of state[0], so it goes into the matrix of the round before, and so on; S is sparse. What is
 *              left over after the first partial round multiplies the full round before it: P = L M.
 */
import { FIELD_MODULUS as P } from "../exchange/field.ts";

/** By number of inputs, from 1: circomlib's choice. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
const FULL_ROUNDS = 8;
const FIELD_BITS = 254;
/** Inputs of the widest hash. */
export const MAX_INPUTS = PARTIAL_ROUNDS.length;

export const partialRounds = (t: number): number => PARTIAL_ROUNDS[t - 2]!;

type Vector = bigint[];
type Matrix = Vector[];

const reduce = (x: bigint): bigint => ((x % P) + P) % P;

function inverse(x: bigint): bigint {
  let [low, high, a, b] = [reduce(x), P, 1n, 0n];
  while (low > 0n) {
    const quotient = high / low;
    [low, high] = [high - quotient * low, low];
    [a, b] = [b - quotient * a, a];
  }
  return reduce(b);
}

const dot = (a: Vector, b: Vector): bigint => a.reduce((sum, x, i) => sum + x * b[i]!, 0n) % P;
const column = (m: Matrix, j: number): Vector => m.map((row) => row[j]!);
const times = (a: Matrix, b: Matrix): Matrix => a.map((row) => b[0]!.map((_, j) => dot(row, column(b, j))));
const timesVector = (a: Matrix, v: Vector): Vector => a.map((row) => dot(row, v));

/** The inverse by Gauss and Jordan. */
function inverseMatrix(m: Matrix): Matrix {
  const size = m.length;
  const rows = m.map((row, i) => [...row, ...row.map((_, j) => (i === j ? 1n : 0n))]);
  for (let pivot = 0; pivot < size; pivot++) {
    const at = rows.findIndex((row, i) => i >= pivot && row[pivot] !== 0n);
    [rows[pivot], rows[at]] = [rows[at]!, rows[pivot]!];
    const scale = inverse(rows[pivot]![pivot]!);
    const head = rows[pivot]!.map((x) => (x * scale) % P);
    rows[pivot] = head;
    for (let i = 0; i < size; i++) {
      const factor = rows[i]![pivot]!;
      if (i === pivot || factor === 0n) continue;
      rows[i] = rows[i]!.map((x, j) => reduce(x - factor * head[j]!));
    }
  }
  return rows.map((row) => row.slice(size));
}

/** Bits of the Grain LFSR for a width. */
function* grain(t: number): Generator<number, never> {
  const start = (value: number, bits: number) => value.toString(2).padStart(bits, "0");
  // Prime field, x^5, field bits, width, full and partial rounds, ones.
  const text =
    start(1, 2) +
    start(0, 4) +
    start(FIELD_BITS, 12) +
    start(t, 12) +
    start(FULL_ROUNDS, 10) +
    start(partialRounds(t), 10);
  const bits = new Uint8Array(80).fill(1);
  for (let i = 0; i < text.length; i++) bits[i] = Number(text[i]);
  let at = 0;
  const tap = (i: number) => bits[(at + i) % 80]!;
  const next = (): number => {
    const bit = tap(62) ^ tap(51) ^ tap(38) ^ tap(23) ^ tap(13) ^ tap(0);
    bits[at] = bit;
    at = (at + 1) % 80;
    return bit;
  };
  for (let i = 0; i < 160; i++) next();
  for (;;) {
    const counts = next();
    const bit = next();
    if (counts === 1) yield bit;
  }
}

/** A number of 254 bits, the first bit the highest. */
function number(bits: Generator<number, never>): bigint {
  let text = "";
  for (let i = 0; i < FIELD_BITS; i++) text += bits.next().value;
  return BigInt(`0b${text}`);
}

export interface PlainConstants {
  /** One vector a round. */
  readonly rounds: Matrix;
  readonly matrix: Matrix;
}

/** Round constants and matrix as the definition has them. */
export function plainConstants(t: number): PlainConstants {
  const bits = grain(t);
  const below = (): bigint => {
    for (;;) {
      const found = number(bits);
      if (found < P) return found;
    }
  };
  const vector = (next: () => bigint): Vector => Array.from({ length: t }, next);
  const rounds = Array.from({ length: FULL_ROUNDS + partialRounds(t) }, () => vector(below));
  const x = vector(() => number(bits) % P);
  const y = vector(() => number(bits) % P);
  return { rounds, matrix: x.map((a) => y.map((b) => inverse(a + b))) };
}

export interface SparseConstants {
  readonly first: Vector;
  /** Added after the fifth powers of full rounds 0..3, and 4..6. */
  readonly before: Matrix;
  readonly after: Matrix;
  /** Added to state[0] after its fifth power. */
  readonly partial: Vector;
  readonly matrix: Matrix;
  /** The matrix of full round 3. */
  readonly middle: Matrix;
  /** Per partial round the row for state[0], then the column for the others. */
  readonly sparse: Matrix;
}

/** The same function in the form that is cheap to compute. */
export function sparseConstants(t: number): SparseConstants {
  const { rounds, matrix } = plainConstants(t);
  const back = inverseMatrix(matrix);
  const half = FULL_ROUNDS / 2;
  const firstFullAfter = half + partialRounds(t);
  const beforeMatrix = (constants: Vector): Vector => timesVector(back, constants);
  const partial: Vector = [];
  let moving = rounds[firstFullAfter]!;
  for (let round = firstFullAfter - 1; round >= half; round--) {
    const [first, ...others] = beforeMatrix(moving);
    partial.unshift(first!);
    moving = rounds[round]!.map((c, i) => (i === 0 ? c : (c + others[i - 1]!) % P));
  }
  const { sparse, middle } = factors(t, matrix);
  return {
    first: rounds[0]!,
    before: [...rounds.slice(1, half), moving].map(beforeMatrix),
    after: rounds.slice(firstFullAfter + 1).map(beforeMatrix),
    partial,
    matrix,
    middle,
    sparse,
  };
}

/** The matrix of the r-th partial round from the last is [[m, v], [U^r w, U^(r+1)]]: its L has U^(r+1). */
function factors(t: number, matrix: Matrix): { sparse: Matrix; middle: Matrix } {
  const [[m, ...v], ...lower] = matrix as [Vector, ...Matrix];
  const inner = lower.map((row) => row.slice(1));
  const innerBack = transpose(inverseMatrix(inner));
  const sparse: Matrix = [];
  let row = v;
  let left = lower;
  for (let round = 0; round < partialRounds(t); round++) {
    row = timesVector(innerBack, row);
    sparse.unshift([m!, ...row, ...column(left, 0)]);
    left = times(inner, left);
  }
  return { sparse, middle: [[m!, ...v], ...left] };
}

const transpose = (m: Matrix): Matrix => m[0]!.map((_, j) => column(m, j));

/** Widths 2 to 17 in a row, each in the order that assembly/poseidon.ts reads. */
export function allSparseConstants(): bigint[] {
  return PARTIAL_ROUNDS.flatMap((_, i) => {
    const { first, before, after, partial, matrix, middle, sparse } = sparseConstants(i + 2);
    return [first, ...before, partial, ...after, ...matrix, ...middle, ...sparse].flat();
  });
}
