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
 *   constants   c added after M equals M^-1 c added before it; in a partial round all but the first element of that may
 *               go before the fifth power, which they do not meet. One constant a partial round is left.
 *   recurrence  the others of a partial round's state need not be computed, see poseidon-recurrence.ts.
 */
import { FIELD_MODULUS as P } from "../exchange/field.ts";
import { inverse, inverseMatrix, type Matrix, timesVector, type Vector } from "./field-matrices.ts";
import { numbersOf, type PairedRow, recurrenceRow, stateRow } from "./paired-row.ts";
import { type Recurrence, recurrenceOf } from "./poseidon-recurrence.ts";

/** By number of inputs, from 1: circomlib's choice. */
const PARTIAL_ROUNDS = [56, 57, 56, 60, 60, 63, 64, 63, 60, 66, 60, 65, 70, 60, 64, 68];
const FULL_ROUNDS = 8;
const FIELD_BITS = 254;
/** Inputs of the widest hash. */
export const MAX_INPUTS = PARTIAL_ROUNDS.length;

export const partialRounds = (t: number): number => PARTIAL_ROUNDS[t - 2]!;

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

export interface MovedConstants {
  readonly first: Vector;
  /** Added after the fifth powers of full rounds 0..3, and 4..6. */
  readonly before: Matrix;
  readonly after: Matrix;
  /** Added to state[0] after its fifth power. */
  readonly partial: Vector;
}

/** The constants of the same function behind the fifth powers. */
export function movedConstants(t: number, { rounds, matrix }: PlainConstants): MovedConstants {
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
  return {
    first: rounds[0]!,
    before: [...rounds.slice(1, half), moving].map(beforeMatrix),
    after: rounds.slice(firstFullAfter + 1).map(beforeMatrix),
    partial,
  };
}

/** All that the kernel knows of a width. */
export interface ShortConstants extends Recurrence {
  readonly first: Vector;
  readonly before: Matrix;
  readonly after: Matrix;
  readonly matrix: Matrix;
}

/** The same function in the form that is cheap to compute. */
export function shortConstants(t: number): ShortConstants {
  const plain = plainConstants(t);
  const { first, before, after, partial } = movedConstants(t, plain);
  return { first, before, after, matrix: plain.matrix, ...recurrenceOf(plain.matrix, partial) };
}

/** All rows that are summed up, in the order that assembly/poseidon.ts reads. */
export function rowsOf({ matrix, begin, rounds, end }: ShortConstants): PairedRow[] {
  const n = end.length;
  return [
    ...[...matrix, ...begin].map(stateRow),
    ...[...rounds, ...end].map((row) => recurrenceRow(row.slice(0, n), row.slice(n))),
  ];
}

/** A width's numbers in the order that assembly/poseidon.ts reads. */
export function inReadingOrder(constants: ShortConstants): bigint[] {
  const { first, before, after, constants: partial } = constants;
  return [first, ...before, partial, ...after, ...rowsOf(constants).map(numbersOf)].flat();
}

/** How many these are. */
export function constantCount(t: number): number {
  const n = t - 1;
  const rounds = partialRounds(t);
  const factors = rounds * 2 * n - (n * (n - 1)) / 2;
  return 8 * t + rounds + (t + n) * (t + 1) + rounds + factors + n * (2 * n + 1);
}

/** Widths 2 to 17 in a row. */
export const allConstants = (): bigint[] =>
  PARTIAL_ROUNDS.flatMap((_, i) => inReadingOrder(shortConstants(i + 2)));
