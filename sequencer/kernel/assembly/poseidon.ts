/**
 * circomlib's Poseidon: x^5, widths t = 2..17, 8 full rounds and as many partial ones as circomlib has, these
 * as a recurrence (../poseidon-recurrence.ts) with n = t - 1. The constants in their order, for each width:
 *
 *   first        t            added to the input
 *   full[0..2]   3 t          each: state = M (state^5 + constants)
 *   full[3]      t            state = state^5 + constants, from which the recurrence begins
 *   partial      RP           x[r] = s[r]^5 + constant
 *   full[4..6]   3 t          as full[0..2]; the last full round adds nothing
 *   M            t^2          rows
 *   begin        n t          rows: s[1-n] .. s[0] out of the state; x[-1] is state[0]
 *   rounds       RP 2n - ..   s[r+1] = x[r] + factors s[r+1-n .. r] + factors x[r-n .. r-1], none before x[-1]
 *   end          2 n^2        rows: state[1..n] out of the last n s and x; state[0] is s[RP]
 *
 * Why no value overflows (product.ts: products of elements below A p and B p are below (1 + AB/168) p). All
 * that is summed up here is tight and not negative. Say s is below 4 p: its square is below 1.1 p, the fourth
 * power below 1.01 p, the fifth with its constant, x, below 2.1 p. A row of 2 n <= 32 products with constants
 * below 1.01 p leaves less than 1.01 (16 * 4 + 16 * 2.1) / 168 p + p < 1.6 p, and with x below 4 p again. A
 * full round's rows are of 17 fifth powers: below 1.3 p.
 */
import { copy, ELEMENT, fromBytesPlus, toBytes } from "./field";
import { constantsOf, HALF_FULL_ROUNDS, partialRoundsOf, slot } from "./poseidon-constants";
import { runPair } from "./poseidon-pair";
import {
  accumulate, accumulateReduced, clearColumns, MOST_PRODUCTS, multiply, multiplyAdd, reduce, settle, square,
} from "./product";

const STATE = memory.data(36 * 17);
const MIXED = memory.data(36 * 17);
const POWER = memory.data(36);
const SUM = memory.data(144);
/** s[1-n] .. s[RP], and x[-1] .. x[RP-1]. */
const HEADS = memory.data(36 * (16 + 70));
const POWERS = memory.data(36 * (1 + 70));

/** out = a^5 + constant. */
@inline
function sbox(out: usize, a: usize, constant: usize): void {
  square(POWER, a);
  square(POWER, POWER);
  multiplyAdd(out, POWER, a, constant);
}

/** Products that the sum takes until it is settled. */
let room = 0;

function beginSum(): void {
  clearColumns(SUM);
  room = MOST_PRODUCTS;
}

/** Adds the dot product of `count` elements and constants in a row each. */
function sumUp(count: i32, a: usize, constants: usize): void {
  for (let i = 0; i < count; i++) {
    if (room == 0) {
      settle(SUM);
      room = MOST_PRODUCTS - 1;
    }
    accumulate(SUM, a, constants);
    room -= 1;
    a += ELEMENT;
    constants += ELEMENT;
  }
}

function dot(out: usize, t: i32, a: usize, constants: usize): void {
  beginSum();
  sumUp(t, a, constants);
  reduce(out, SUM);
}

/** STATE = matrix (STATE^5 + constants). */
function fullRound(t: i32, constants: usize, matrix: usize): void {
  const row = <usize>t * ELEMENT;
  for (let at: usize = 0; at < row; at += ELEMENT) sbox(STATE + at, STATE + at, constants + at);
  for (let at: usize = 0; at < row; at += ELEMENT) {
    dot(MIXED + at, t, STATE, matrix);
    matrix += row;
  }
  memory.copy(STATE, MIXED, row);
}

/** Begins the sum of a row of the recurrence: over s[round+1-n .. round] and x[round-n .. round-1]. */
function beginRow(n: i32, round: i32, factors: usize): void {
  const powers = min(n, round + 1);
  beginSum();
  sumUp(n, HEADS + <usize>round * ELEMENT, factors);
  sumUp(powers, POWERS + <usize>(round + 1 - powers) * ELEMENT, factors + <usize>n * ELEMENT);
}

/** All partial rounds, from the fifth powers of the full round before, whose matrix they include. */
function partialRounds(t: i32, rounds: i32, constants: usize, begin: usize): void {
  const n = t - 1;
  let factors = begin;
  copy(POWERS, STATE);
  for (let i = 0; i < n; i++) {
    dot(HEADS + <usize>i * ELEMENT, t, STATE, factors);
    factors += <usize>t * ELEMENT;
  }
  for (let round = 0; round < rounds; round++) {
    const head = HEADS + <usize>(round + n) * ELEMENT;
    const power = POWERS + <usize>(round + 1) * ELEMENT;
    sbox(power, head - ELEMENT, constants + <usize>round * ELEMENT);
    beginRow(n, round, factors);
    accumulateReduced(SUM, power);
    reduce(head, SUM);
    factors += <usize>(n + min(n, round + 1)) * ELEMENT;
  }
  copy(STATE, HEADS + <usize>(rounds + n - 1) * ELEMENT);
  for (let i = 1; i < t; i++) {
    beginRow(n, rounds, factors);
    reduce(STATE + <usize>i * ELEMENT, SUM);
    factors += <usize>(2 * n) * ELEMENT;
  }
}

/** From STATE with the first constants added to the hash, the permutation's first element. */
function permute(out: usize, t: i32): void {
  const row = <usize>t * ELEMENT;
  const rounds = partialRoundsOf(t);
  let constants = constantsOf(t) + row;
  const matrix = constants + 7 * row + <usize>rounds * ELEMENT;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    fullRound(t, constants, matrix);
    constants += row;
  }
  for (let at: usize = 0; at < row; at += ELEMENT) sbox(STATE + at, STATE + at, constants + at);
  constants += row;
  partialRounds(t, rounds, constants, matrix + <usize>t * row);
  constants += <usize>rounds * ELEMENT;
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
