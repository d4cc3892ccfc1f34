/**
 * circomlib's Poseidon: x^5, widths t = 2..17, 8 full rounds and as many partial ones as circomlib has,
 * these with sparse matrices. The constants come from ../poseidon-constants.ts; for each width:
 *
 *   first        t            added to the input
 *   full[0..2]   3 t          each: state = M (state^5 + constants)
 *   middle       t            state = P (state^5 + constants), P = M times what the sparse form left over
 *   partial      RP           state[0] = state[0]^5 + constant, then the sparse matrix
 *   full[4..6]   3 t          as full[0..2]; the last full round adds nothing
 *   M, P         t^2 each     rows
 *   sparse       RP (2t - 1)  a row for the new state[0], a column: state[i] += column[i] old state[0]
 *
 * Why no value overflows (product.ts: products of elements below A p and B p are below (1 + AB/168) p). A
 * partial round adds less than 1.1 p to state[i], and there are at most 70: below 80 p. A row's dot product
 * is then below 17 * 80 / 168 p + p < 10 p, its fifth power with constant below 3 p. A full round squares at
 * most 80 p to 40 p, then to 11 p, and multiplies to 7 p; dot products of these are below 17 * 7 / 168 p + p
 * < 2 p. R is above 168 p.
 */
import { copy, ELEMENT, fromBytesPlus, toBytes } from "./field";
import { constantsOf, HALF_FULL_ROUNDS, partialRoundsOf, slot } from "./poseidon-constants";
import { runPair } from "./poseidon-pair";
import {
  accumulate, clearColumns, MOST_PRODUCTS, multiply, multiplyAdd, reduce, settle, square,
} from "./product";

const STATE = memory.data(36 * 17);
const MIXED = memory.data(36 * 17);
const POWER = memory.data(36);
const SUM = memory.data(144);

/** a^5 + constant in place. */
@inline
function sbox(a: usize, constant: usize): void {
  square(POWER, a);
  square(POWER, POWER);
  multiplyAdd(a, POWER, a, constant);
}

/** The dot product of t elements in a row each. */
function dot(out: usize, t: i32, a: usize, b: usize): void {
  clearColumns(SUM);
  // A settled sum counts as one product of the six.
  let room = MOST_PRODUCTS;
  for (let i = 0; i < t; i++) {
    if (room == 0) {
      settle(SUM);
      room = MOST_PRODUCTS - 1;
    }
    accumulate(SUM, a, b);
    room -= 1;
    a += ELEMENT;
    b += ELEMENT;
  }
  reduce(out, SUM);
}

/** STATE = matrix (STATE^5 + constants). */
function fullRound(t: i32, constants: usize, matrix: usize): void {
  const row = <usize>t * ELEMENT;
  for (let at: usize = 0; at < row; at += ELEMENT) sbox(STATE + at, constants + at);
  for (let at: usize = 0; at < row; at += ELEMENT) {
    dot(MIXED + at, t, STATE, matrix);
    matrix += row;
  }
  memory.copy(STATE, MIXED, row);
}

function partialRound(t: i32, constant: usize, sparse: usize): void {
  sbox(STATE, constant);
  dot(MIXED, t, STATE, sparse);
  let column = sparse + <usize>t * ELEMENT;
  const end = STATE + <usize>t * ELEMENT;
  for (let element = STATE + ELEMENT; element < end; element += ELEMENT) {
    multiplyAdd(element, column, STATE, element);
    column += ELEMENT;
  }
  copy(STATE, MIXED);
}

/** From STATE with the first constants added to the hash, the permutation's first element. */
function permute(out: usize, t: i32): void {
  const row = <usize>t * ELEMENT;
  const partialRounds = partialRoundsOf(t);
  let constants = constantsOf(t) + row;
  const matrix = constants + 7 * row + <usize>partialRounds * ELEMENT;
  const middle = matrix + <usize>t * row;
  let sparse = middle + <usize>t * row;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    fullRound(t, constants, matrix);
    constants += row;
  }
  fullRound(t, constants, middle);
  constants += row;
  for (let round = 0; round < partialRounds; round++) {
    partialRound(t, constants, sparse);
    constants += ELEMENT;
    sparse += 2 * row - ELEMENT;
  }
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    fullRound(t, constants, matrix);
    constants += row;
  }
  // The last round: no constants, and only the first element of the matrix product is wanted.
  for (let at: usize = 0; at < row; at += ELEMENT) {
    square(POWER, STATE + at);
    square(POWER, POWER);
    multiply(STATE + at, POWER, STATE + at);
  }
  dot(out, t, STATE, matrix);
}

/** The hash of t - 1 numbers of 32 bytes under a capacity of 32 bytes, as an element. */
export function hashToElement(out: usize, t: i32, capacity: usize, from: usize): void {
  const first = constantsOf(t);
  fromBytesPlus(STATE, capacity, first);
  for (let i = 1; i < t; i++) {
    const at = <usize>i * ELEMENT;
    fromBytesPlus(STATE + at, from + (<usize>(i - 1) << 5), first + at);
  }
  permute(out, t);
}

/** Many hashes of one width under one capacity: inputs in a row, outputs of 32 bytes in a row. */
export function hashMany(t: i32, count: i32, capacity: usize, from: usize, to: usize): void {
  for (let i = 0; i < count; i++) {
    hashToElement(MIXED, t, capacity, from);
    toBytes(to, MIXED);
    from += <usize>(t - 1) << 5;
    to += 32;
  }
}

/**
 * Hashes whose inputs may be hashes of the same plan. `values` are numbers of 32 bytes in slots; a hash is written as
 * width, slot of the capacity, slot of the result, slots of the inputs (../hash-plan.ts). Neighbours of one width are
 * computed as a pair, unless one is an input of the other.
 */
export function runPlan(hashes: usize, end: usize, values: usize): void {
  while (hashes < end) {
    const t = load<i32>(hashes);
    const next = hashes + (<usize>(t + 2) << 2);
    if (next < end && load<i32>(next) == t && !isInput(hashes, next)) {
      runPair(t, hashes, next, values);
      hashes = next + (next - hashes);
    } else {
      run(t, hashes, values);
      hashes = next;
    }
  }
}

function run(t: i32, hash: usize, values: usize): void {
  const first = constantsOf(t);
  fromBytesPlus(STATE, slot(values, hash + 4), first);
  for (let i: usize = 1; i < <usize>t; i++)
    fromBytesPlus(STATE + i * ELEMENT, slot(values, hash + 8 + (i << 2)), first + i * ELEMENT);
  permute(MIXED, t);
  toBytes(slot(values, hash + 8), MIXED);
}

/** Whether the result of one planned hash is an input of another. */
function isInput(hash: usize, other: usize): bool {
  const result = load<i32>(hash, 8);
  const t: usize = load<i32>(other);
  for (let i: usize = 1; i < t; i++) if (load<i32>(other + 8 + (i << 2)) == result) return true;
  return false;
}
