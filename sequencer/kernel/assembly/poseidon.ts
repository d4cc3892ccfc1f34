/**
 * circomlib's Poseidon: x^5, widths t = 2..17, 8 full rounds and as many partial ones as circomlib has, these
 * as a recurrence (../poseidon-recurrence.ts) with n = t - 1. The constants in their order, for each width:
 *
 *   first        t            added to the input
 *   full[0..2]   3 t          each: state = M (state^5 + constants)
 *   full[3]      t            state = state^5 + constants, from which the recurrence begins
 *   partial      RP           x[r] = s[r]^5 + constant
 *   full[4..6]   3 t          as full[0..2]; the last full round adds nothing
 *   M            rows of the state
 *   begin        n rows of the state: s[1-n] .. s[0]; x[-1] is state[0]
 *   rounds       RP rows of the recurrence: s[r+1] = x[r] + row
 *   end          n rows of the recurrence: state[1..n]; state[0] is s[RP]
 *
 * Every row is as sum.ts sums it up: its constant, factors of pairs (l, r) in turn, factors of single elements.
 * Of the state the pairs are neighbours, and the last of an odd number is single. Of the recurrence the pairs
 * are s[j+1] and x[j], j = r-n .. r-1, from x[-1] on; what comes before, s[j+1] without x[j], is single.
 *
 * Why no value overflows (product.ts: products of elements below A p and B p are below (1 + AB/168) p). All
 * that is summed up here is tight and not negative. Say s is below 5 p: its square is below 1.2 p, the fourth
 * power below 1.01 p, the fifth with its constant, x, below 2.1 p. A row of n <= 16 pairs with constants
 * below 1.01 p leaves less than 16 * 1.01 (5 + 2.1 + 1.01) / 168 p + p < 1.8 p, and with x and its constant
 * below 5 p again. A full round's rows are of 17 fifth powers: below 1.3 p, with the constant 2.4 p.
 */
import { copy, ELEMENT, fromBytesPlus, toBytes } from "./field";
import { constantsOf, HALF_FULL_ROUNDS, partialRoundsOf, slot } from "./poseidon-constants";
import { runPair } from "./poseidon-pair";
import { multiply, multiplyAdd, square } from "./product";
import { addElement, COLUMNS, endSum, extendCross, sumUp } from "./sum";

const STATE = memory.data(36 * 17);
const MIXED = memory.data(36 * 17);
const POWER = memory.data(36);
/** s[1-n] .. s[RP], and x[-1] .. x[RP-1]. */
const HEADS = memory.data(36 * (16 + 70));
const POWERS = memory.data(36 * (1 + 70));
/** Cross products of the state's pairs, and of s[j+1] and x[j], j = -1 .. RP-1; both begin with zero. */
const STATE_CROSS = memory.data(144 * (1 + 8));
const CROSS = memory.data(144 * (1 + 1 + 70));

/** out = a^5 + constant. */
@inline
function sbox(out: usize, a: usize, constant: usize): void {
  square(POWER, a);
  square(POWER, POWER);
  multiplyAdd(out, POWER, a, constant);
}

function crossState(t: i32): void {
  let cross = STATE_CROSS;
  for (let i = 1; i < t; i += 2) {
    const pair = STATE + <usize>(i - 1) * ELEMENT;
    extendCross(cross + COLUMNS, cross, pair, pair + ELEMENT);
    cross += COLUMNS;
  }
}

/** out = a row of the state; returns the place of the next row. */
function stateRow(out: usize, t: i32, row: usize): usize {
  const single = STATE + <usize>(t - 1) * ELEMENT;
  const next = sumUp(row, t >> 1, STATE, STATE + ELEMENT, 2 * ELEMENT, STATE_CROSS, t & 1, single);
  endSum(out);
  return next;
}

/** STATE = matrix STATE. */
function mix(t: i32, matrix: usize): void {
  crossState(t);
  for (let i = 0; i < t; i++) matrix = stateRow(MIXED + <usize>i * ELEMENT, t, matrix);
  memory.copy(STATE, MIXED, <usize>t * ELEMENT);
}

/** STATE = STATE^5 + constants. */
function raise(t: i32, constants: usize): void {
  const end = <usize>t * ELEMENT;
  for (let at: usize = 0; at < end; at += ELEMENT) sbox(STATE + at, STATE + at, constants + at);
}

/** The pair of s[round] and x[round-1]. */
function crossHead(n: i32, round: i32): void {
  const cross = CROSS + <usize>round * COLUMNS;
  extendCross(cross + COLUMNS, cross, HEADS + <usize>(n - 1 + round) * ELEMENT, POWERS + <usize>round * ELEMENT);
}

/** Begins the sum of a row of the recurrence; returns the place of the next row. */
function beginRow(n: i32, round: i32, row: usize): usize {
  const pairs = min(n, round + 1);
  const first = <usize>(round + 1 - pairs);
  return sumUp(
    row, pairs, HEADS + (<usize>(n - 1) + first) * ELEMENT, POWERS + first * ELEMENT, ELEMENT, CROSS + first * COLUMNS,
    n - pairs, HEADS + <usize>round * ELEMENT,
  );
}

/** All partial rounds, from the fifth powers of the full round before, whose matrix they include. */
function partialRounds(t: i32, rounds: i32, constants: usize, rows: usize): void {
  const n = t - 1;
  copy(POWERS, STATE);
  crossState(t);
  for (let i = 0; i < n; i++) rows = stateRow(HEADS + <usize>i * ELEMENT, t, rows);
  for (let round = 0; round < rounds; round++) {
    const head = HEADS + <usize>(round + n) * ELEMENT;
    const power = POWERS + <usize>(round + 1) * ELEMENT;
    crossHead(n, round);
    sbox(power, head - ELEMENT, constants + <usize>round * ELEMENT);
    rows = beginRow(n, round, rows);
    addElement(power);
    endSum(head);
  }
  crossHead(n, rounds);
  copy(STATE, HEADS + <usize>(rounds + n - 1) * ELEMENT);
  for (let i = 1; i < t; i++) {
    rows = beginRow(n, rounds, rows);
    endSum(STATE + <usize>i * ELEMENT);
  }
}

/** From STATE with the first constants added to the hash, the permutation's first element. */
function permute(out: usize, t: i32): void {
  const row = <usize>t * ELEMENT;
  const rounds = partialRoundsOf(t);
  let constants = constantsOf(t) + row;
  const matrix = constants + 7 * row + <usize>rounds * ELEMENT;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    raise(t, constants);
    mix(t, matrix);
    constants += row;
  }
  raise(t, constants);
  constants += row;
  partialRounds(t, rounds, constants, matrix + row * <usize>(t + 1));
  constants += <usize>rounds * ELEMENT;
  for (let round = 1; round < HALF_FULL_ROUNDS; round++) {
    raise(t, constants);
    mix(t, matrix);
    constants += row;
  }
  // The last round: no constants, and only the first element of the matrix product is wanted.
  for (let at: usize = 0; at < row; at += ELEMENT) {
    square(POWER, STATE + at);
    square(POWER, POWER);
    multiply(STATE + at, POWER, STATE + at);
  }
  crossState(t);
  stateRow(out, t, matrix);
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
