/**
 * Dot products with constants before one reduction, two factors a multiplication (Winograd, "A New Algorithm
 * for Inner Product", 1968):
 *
 *   paired       a l + b r = (l + b) (r + a) - l r - a b
 *   columns      eighteen u64 in memory, modulo 2^64: what is subtracted may come first
 *   cross        l r summed up over pairs (l, r), columns after each pair: common to all rows over the same
 *                elements, and a difference of two of them is what any stretch of pairs has to lose
 *   constant     - a b of all pairs of a row is a number, known beforehand, and begins its sum
 *
 * Why no limb overflows (u = 2^58, see product.ts). All elements are tight and of no negative value, columns
 * below 64 u. Whenever `settle` carries or `reduce` begins, cross products are cancelled, and the columns are
 * those of the products with constants themselves, c l, and of a l + b r + a b for a pair. Between two
 * `settle` there is room for 23 parts: 2 for a product, 5 for a pair. For the constants of Poseidon that is
 * below 59 u (a test adds up all of them), and the limbs of p sum up to less than 4 * 2^29: below 63 u with
 * the reduction.
 */
import { ELEMENT } from "./field";
import { BITS, digit, limb, MASK, P1, P2, P3, P4, P5, P6, P7, P8 } from "./product";

/** Bytes of eighteen columns. */
export const COLUMNS: usize = 144;
/** Parts of a column: all of them, of a product, of a pair. */
export const ROOM = 23;
export const PRODUCT = 2;
export const PAIRED = 5;
export const MOST_PAIRED = ROOM / PAIRED;

const SUM = memory.data(144);

/** Adds m_k p_0 to a column without a sign and carries it on, whose low 29 bits are zero then. */
@inline
function clear(t: i64, m: i64): i64 {
  return (t + m + (m << 28)) >>> BITS;
}

@inline
function column(columns: usize, k: usize): i64 {
  return load<i64>(columns + (k << 3));
}

@inline
function put(columns: usize, k: usize, value: i64): void {
  store<i64>(columns + (k << 3), value);
}

/** out = from + a b, of columns and limbs. */
@inline
function multiplyOnto(
  out: usize, from: usize,
  a0: i64, a1: i64, a2: i64, a3: i64, a4: i64, a5: i64, a6: i64, a7: i64, a8: i64,
  b0: i64, b1: i64, b2: i64, b3: i64, b4: i64, b5: i64, b6: i64, b7: i64, b8: i64,
): void {
  put(out, 0, column(from, 0) + a0 * b0);
  put(out, 1, column(from, 1) + a0 * b1 + a1 * b0);
  put(out, 2, column(from, 2) + a0 * b2 + a1 * b1 + a2 * b0);
  put(out, 3, column(from, 3) + a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0);
  put(out, 4, column(from, 4) + a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0);
  put(out, 5, column(from, 5) + a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0);
  put(out, 6, column(from, 6) + a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0);
  put(out, 7, column(from, 7) + a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0);
  put(out, 8, column(from, 8) + a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0);
  put(out, 9, column(from, 9) + a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1);
  put(out, 10, column(from, 10) + a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2);
  put(out, 11, column(from, 11) + a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3);
  put(out, 12, column(from, 12) + a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4);
  put(out, 13, column(from, 13) + a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5);
  put(out, 14, column(from, 14) + a6 * b8 + a7 * b7 + a8 * b6);
  put(out, 15, column(from, 15) + a7 * b8 + a8 * b7);
  put(out, 16, column(from, 16) + a8 * b8);
}

/** columns = 0. `memory.fill` would be a call out of the WebAssembly. */
export function clearColumns(columns: usize): void {
  for (let at = columns; at < columns + COLUMNS; at += 8) store<i64>(at, 0);
}

/** sum += a b, unreduced. */
export function accumulate(sum: usize, a: usize, b: usize): void {
  multiplyOnto(
    sum, sum,
    limb(a, 0), limb(a, 1), limb(a, 2), limb(a, 3), limb(a, 4), limb(a, 5), limb(a, 6), limb(a, 7), limb(a, 8),
    limb(b, 0), limb(b, 1), limb(b, 2), limb(b, 3), limb(b, 4), limb(b, 5), limb(b, 6), limb(b, 7), limb(b, 8),
  );
}

/** sum += (l + b) (r + a), unreduced. */
export function accumulatePaired(sum: usize, l: usize, r: usize, a: usize, b: usize): void {
  multiplyOnto(
    sum, sum,
    both(l, b, 0), both(l, b, 1), both(l, b, 2), both(l, b, 3), both(l, b, 4), both(l, b, 5), both(l, b, 6),
    both(l, b, 7), both(l, b, 8),
    both(r, a, 0), both(r, a, 1), both(r, a, 2), both(r, a, 3), both(r, a, 4), both(r, a, 5), both(r, a, 6),
    both(r, a, 7), both(r, a, 8),
  );
}

@inline
function both(a: usize, b: usize, i: usize): i64 {
  return limb(a, i) + limb(b, i);
}

/** next = cross + l r, unreduced: the cross products with a further pair. */
export function extendCross(next: usize, cross: usize, l: usize, r: usize): void {
  multiplyOnto(
    next, cross,
    limb(l, 0), limb(l, 1), limb(l, 2), limb(l, 3), limb(l, 4), limb(l, 5), limb(l, 6), limb(l, 7), limb(l, 8),
    limb(r, 0), limb(r, 1), limb(r, 2), limb(r, 3), limb(r, 4), limb(r, 5), limb(r, 6), limb(r, 7), limb(r, 8),
  );
}

@inline
function addDifferenceAt(sum: usize, k: usize, from: usize, to: usize): void {
  put(sum, k, column(sum, k) + column(from, k) - column(to, k));
}

/** sum += from - to. */
export function addDifference(sum: usize, from: usize, to: usize): void {
  addDifferenceAt(sum, 0, from, to);
  addDifferenceAt(sum, 1, from, to);
  addDifferenceAt(sum, 2, from, to);
  addDifferenceAt(sum, 3, from, to);
  addDifferenceAt(sum, 4, from, to);
  addDifferenceAt(sum, 5, from, to);
  addDifferenceAt(sum, 6, from, to);
  addDifferenceAt(sum, 7, from, to);
  addDifferenceAt(sum, 8, from, to);
  addDifferenceAt(sum, 9, from, to);
  addDifferenceAt(sum, 10, from, to);
  addDifferenceAt(sum, 11, from, to);
  addDifferenceAt(sum, 12, from, to);
  addDifferenceAt(sum, 13, from, to);
  addDifferenceAt(sum, 14, from, to);
  addDifferenceAt(sum, 15, from, to);
  addDifferenceAt(sum, 16, from, to);
}

/** sum += c R, which is c after the reduction. */
export function accumulateReduced(sum: usize, c: usize): void {
  for (let k: usize = 0; k < 9; k++) put(sum, 9 + k, column(sum, 9 + k) + limb(c, k));
}

/** Carries the columns on: each is below 2^29 then. */
export function settle(sum: usize): void {
  let carried: i64 = 0;
  for (let k: usize = 0; k < 17; k++) {
    carried += column(sum, k);
    put(sum, k, carried & MASK);
    carried >>>= BITS;
  }
  put(sum, 17, column(sum, 17) + carried);
}

@inline
function beginAt(k: usize, from: usize, to: usize): void {
  put(SUM, k, column(from, k) - column(to, k));
}

@inline
function beginElementAt(k: usize, constant: usize, i: usize, from: usize, to: usize): void {
  put(SUM, k, limb(constant, i) + column(from, k) - column(to, k));
}

/** Begins the sum of a row with its constant, and what its first pairs have to lose. */
function begin(constant: usize, from: usize, to: usize): void {
  beginAt(0, from, to);
  beginAt(1, from, to);
  beginAt(2, from, to);
  beginAt(3, from, to);
  beginAt(4, from, to);
  beginAt(5, from, to);
  beginAt(6, from, to);
  beginAt(7, from, to);
  beginAt(8, from, to);
  beginElementAt(9, constant, 0, from, to);
  beginElementAt(10, constant, 1, from, to);
  beginElementAt(11, constant, 2, from, to);
  beginElementAt(12, constant, 3, from, to);
  beginElementAt(13, constant, 4, from, to);
  beginElementAt(14, constant, 5, from, to);
  beginElementAt(15, constant, 6, from, to);
  beginElementAt(16, constant, 7, from, to);
  put(SUM, 17, limb(constant, 8));
}

/**
 * Sums up a row: its constant, a l + b r for pairs, and factors of single elements. The l and r stand every `step`
 * bytes, the columns of their cross products from before the first pair on. Returns the place of the next row.
 */
export function sumUp(
  row: usize, pairs: i32, left: usize, right: usize, step: usize, cross: usize, singles: i32, single: usize,
): usize {
  let group = min(pairs, MOST_PAIRED);
  let factors = row + ELEMENT;
  let after = cross + <usize>group * COLUMNS;
  begin(row, cross, after);
  let room = ROOM - group * PAIRED;
  for (;;) {
    pairs -= group;
    for (; group > 0; group--) {
      accumulatePaired(SUM, left, right, factors, factors + ELEMENT);
      left += step;
      right += step;
      factors += 2 * ELEMENT;
    }
    if (pairs == 0) break;
    settle(SUM);
    group = min(pairs, MOST_PAIRED);
    cross = after;
    after = cross + <usize>group * COLUMNS;
    addDifference(SUM, cross, after);
    room = ROOM - group * PAIRED;
  }
  for (; singles > 0; singles--) {
    if (room < PRODUCT) {
      settle(SUM);
      room = ROOM;
    }
    accumulate(SUM, single, factors);
    room -= PRODUCT;
    single += ELEMENT;
    factors += ELEMENT;
  }
  return factors;
}

/** Adds an element that is no product. */
export function addElement(c: usize): void {
  accumulateReduced(SUM, c);
}

/** out = sum of the row, tight. */
export function endSum(out: usize): void {
  reduce(out, SUM);
}

/** out = sum / R, tight. */
export function reduce(out: usize, sum: usize): void {
  let t: i64 = column(sum, 0);
  const m0 = digit(t);
  t = clear(t, m0);
  t += (column(sum, 1)) + (m0 * P1);
  const m1 = digit(t);
  t = clear(t, m1);
  t += (column(sum, 2)) + (m0 * P2 + m1 * P1);
  const m2 = digit(t);
  t = clear(t, m2);
  t += (column(sum, 3)) + (m0 * P3 + m1 * P2 + m2 * P1);
  const m3 = digit(t);
  t = clear(t, m3);
  t += (column(sum, 4)) + (m0 * P4 + m1 * P3 + m2 * P2 + m3 * P1);
  const m4 = digit(t);
  t = clear(t, m4);
  t += (column(sum, 5)) + (m0 * P5 + m1 * P4 + m2 * P3 + m3 * P2 + m4 * P1);
  const m5 = digit(t);
  t = clear(t, m5);
  t += (column(sum, 6)) + (m0 * P6 + m1 * P5 + m2 * P4 + m3 * P3 + m4 * P2 + m5 * P1);
  const m6 = digit(t);
  t = clear(t, m6);
  t += (column(sum, 7)) + (m0 * P7 + m1 * P6 + m2 * P5 + m3 * P4 + m4 * P3 + m5 * P2 + m6 * P1);
  const m7 = digit(t);
  t = clear(t, m7);
  t += (column(sum, 8)) + (m0 * P8 + m1 * P7 + m2 * P6 + m3 * P5 + m4 * P4 + m5 * P3 + m6 * P2 + m7 * P1);
  const m8 = digit(t);
  t = clear(t, m8);
  t += (column(sum, 9)) + (m1 * P8 + m2 * P7 + m3 * P6 + m4 * P5 + m5 * P4 + m6 * P3 + m7 * P2 + m8 * P1);
  store<i32>(out, i32(t & MASK), 0);
  t >>>= BITS;
  t += (column(sum, 10)) + (m2 * P8 + m3 * P7 + m4 * P6 + m5 * P5 + m6 * P4 + m7 * P3 + m8 * P2);
  store<i32>(out, i32(t & MASK), 4);
  t >>>= BITS;
  t += (column(sum, 11)) + (m3 * P8 + m4 * P7 + m5 * P6 + m6 * P5 + m7 * P4 + m8 * P3);
  store<i32>(out, i32(t & MASK), 8);
  t >>>= BITS;
  t += (column(sum, 12)) + (m4 * P8 + m5 * P7 + m6 * P6 + m7 * P5 + m8 * P4);
  store<i32>(out, i32(t & MASK), 12);
  t >>>= BITS;
  t += (column(sum, 13)) + (m5 * P8 + m6 * P7 + m7 * P6 + m8 * P5);
  store<i32>(out, i32(t & MASK), 16);
  t >>>= BITS;
  t += (column(sum, 14)) + (m6 * P8 + m7 * P7 + m8 * P6);
  store<i32>(out, i32(t & MASK), 20);
  t >>>= BITS;
  t += (column(sum, 15)) + (m7 * P8 + m8 * P7);
  store<i32>(out, i32(t & MASK), 24);
  t >>>= BITS;
  t += (column(sum, 16)) + (m8 * P8);
  store<i32>(out, i32(t & MASK), 28);
  t >>>= BITS;
  store<i32>(out, i32(t + column(sum, 17)), 32);
}
