/** Dot products with constants before one reduction, as in sum.ts, of pairs of elements (product-pair.ts). */
import { ELEMENT } from "./field";
import {
  BITS, both, clear, digit, limbs, MASK, more, narrow, PAIR, put, Q1, Q2, Q3, Q4, Q5, Q6, Q7, Q8, sum, times, wide,
  wideBoth, ZEROS,
} from "./product-pair";
import { MOST_PAIRED, PAIRED, PRODUCT, ROOM } from "./sum";

/** Bytes of eighteen columns of two numbers. */
export const PAIR_COLUMNS: usize = 288;

const SUM = memory.data(288, 16);

@inline
function column(columns: usize, k: usize): v128 {
  return v128.load(columns + (k << 4));
}

@inline
function store(columns: usize, k: usize, wide: v128): void {
  v128.store(columns + (k << 4), wide);
}

@inline
function beginAt(k: usize, from: usize, to: usize): void {
  store(SUM, k, i64x2.sub(column(from, k), column(to, k)));
}

@inline
function beginWideAt(k: usize, constant: usize, i: usize, from: usize, to: usize): void {
  store(SUM, k, sum(wideBoth(constant, i), i64x2.sub(column(from, k), column(to, k))));
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
  beginWideAt(9, constant, 0, from, to);
  beginWideAt(10, constant, 1, from, to);
  beginWideAt(11, constant, 2, from, to);
  beginWideAt(12, constant, 3, from, to);
  beginWideAt(13, constant, 4, from, to);
  beginWideAt(14, constant, 5, from, to);
  beginWideAt(15, constant, 6, from, to);
  beginWideAt(16, constant, 7, from, to);
  store(SUM, 17, wideBoth(constant, 8));
}

@inline
function addWide(k: usize, c: usize, i: usize): void {
  store(SUM, k, sum(column(SUM, k), wide(c, i)));
}

/** Adds an element that is no product. */
export function addPair(c: usize): void {
  addWide(9, c, 0);
  addWide(10, c, 1);
  addWide(11, c, 2);
  addWide(12, c, 3);
  addWide(13, c, 4);
  addWide(14, c, 5);
  addWide(15, c, 6);
  addWide(16, c, 7);
  addWide(17, c, 8);
}

/** out = from + a b, of columns and limbs. */
@inline
function multiplyOnto(
  out: usize, from: usize,
  a0: v128, a1: v128, a2: v128, a3: v128, a4: v128, a5: v128, a6: v128, a7: v128, a8: v128,
  b0: v128, b1: v128, b2: v128, b3: v128, b4: v128, b5: v128, b6: v128, b7: v128, b8: v128,
): void {
  let s: v128;
  s = times(a0, b0); store(out, 0, sum(column(from, 0), s));
  s = times(a0, b1); s = more(s, a1, b0); store(out, 1, sum(column(from, 1), s));
  s = times(a0, b2); s = more(s, a1, b1); s = more(s, a2, b0); store(out, 2, sum(column(from, 2), s));
  s = times(a0, b3); s = more(s, a1, b2); s = more(s, a2, b1); s = more(s, a3, b0);
  store(out, 3, sum(column(from, 3), s));
  s = times(a0, b4); s = more(s, a1, b3); s = more(s, a2, b2); s = more(s, a3, b1); s = more(s, a4, b0);
  store(out, 4, sum(column(from, 4), s));
  s = times(a0, b5); s = more(s, a1, b4); s = more(s, a2, b3); s = more(s, a3, b2); s = more(s, a4, b1);
  s = more(s, a5, b0); store(out, 5, sum(column(from, 5), s));
  s = times(a0, b6); s = more(s, a1, b5); s = more(s, a2, b4); s = more(s, a3, b3); s = more(s, a4, b2);
  s = more(s, a5, b1); s = more(s, a6, b0); store(out, 6, sum(column(from, 6), s));
  s = times(a0, b7); s = more(s, a1, b6); s = more(s, a2, b5); s = more(s, a3, b4); s = more(s, a4, b3);
  s = more(s, a5, b2); s = more(s, a6, b1); s = more(s, a7, b0); store(out, 7, sum(column(from, 7), s));
  s = times(a0, b8); s = more(s, a1, b7); s = more(s, a2, b6); s = more(s, a3, b5); s = more(s, a4, b4);
  s = more(s, a5, b3); s = more(s, a6, b2); s = more(s, a7, b1); s = more(s, a8, b0);
  store(out, 8, sum(column(from, 8), s));
  s = times(a1, b8); s = more(s, a2, b7); s = more(s, a3, b6); s = more(s, a4, b5); s = more(s, a5, b4);
  s = more(s, a6, b3); s = more(s, a7, b2); s = more(s, a8, b1); store(out, 9, sum(column(from, 9), s));
  s = times(a2, b8); s = more(s, a3, b7); s = more(s, a4, b6); s = more(s, a5, b5); s = more(s, a6, b4);
  s = more(s, a7, b3); s = more(s, a8, b2); store(out, 10, sum(column(from, 10), s));
  s = times(a3, b8); s = more(s, a4, b7); s = more(s, a5, b6); s = more(s, a6, b5); s = more(s, a7, b4);
  s = more(s, a8, b3); store(out, 11, sum(column(from, 11), s));
  s = times(a4, b8); s = more(s, a5, b7); s = more(s, a6, b6); s = more(s, a7, b5); s = more(s, a8, b4);
  store(out, 12, sum(column(from, 12), s));
  s = times(a5, b8); s = more(s, a6, b7); s = more(s, a7, b6); s = more(s, a8, b5);
  store(out, 13, sum(column(from, 13), s));
  s = times(a6, b8); s = more(s, a7, b7); s = more(s, a8, b6); store(out, 14, sum(column(from, 14), s));
  s = times(a7, b8); s = more(s, a8, b7); store(out, 15, sum(column(from, 15), s));
  s = times(a8, b8); store(out, 16, sum(column(from, 16), s));
}

/** SUM += a b, of a pair and a constant. */
function accumulate(a: usize, b: usize): void {
  multiplyOnto(
    SUM, SUM,
    limbs(a, 0), limbs(a, 1), limbs(a, 2), limbs(a, 3), limbs(a, 4), limbs(a, 5), limbs(a, 6), 
    limbs(a, 7), limbs(a, 8),
    both(b, 0), both(b, 1), both(b, 2), both(b, 3), both(b, 4), both(b, 5), both(b, 6), both(b, 7), 
    both(b, 8),
  );
}

/** SUM += (l + b) (r + a), of pairs l and r and constants. */
function accumulatePaired(l: usize, r: usize, a: usize, b: usize): void {
  multiplyOnto(
    SUM, SUM,
    plus(l, b, 0), plus(l, b, 1), plus(l, b, 2), plus(l, b, 3), plus(l, b, 4), plus(l, b, 5), 
    plus(l, b, 6), plus(l, b, 7), plus(l, b, 8),
    plus(r, a, 0), plus(r, a, 1), plus(r, a, 2), plus(r, a, 3), plus(r, a, 4), plus(r, a, 5), 
    plus(r, a, 6), plus(r, a, 7), plus(r, a, 8),
  );
}

@inline
function plus(pair: usize, constant: usize, i: usize): v128 {
  return i32x4.add(limbs(pair, i), both(constant, i));
}

/** next = cross + l r: the cross products with a further pair. */
export function extendPairCross(next: usize, cross: usize, l: usize, r: usize): void {
  multiplyOnto(
    next, cross,
    limbs(l, 0), limbs(l, 1), limbs(l, 2), limbs(l, 3), limbs(l, 4), limbs(l, 5), limbs(l, 6), 
    limbs(l, 7), limbs(l, 8),
    limbs(r, 0), limbs(r, 1), limbs(r, 2), limbs(r, 3), limbs(r, 4), limbs(r, 5), limbs(r, 6), 
    limbs(r, 7), limbs(r, 8),
  );
}

@inline
function addDifferenceAt(k: usize, from: usize, to: usize): void {
  store(SUM, k, sum(column(SUM, k), i64x2.sub(column(from, k), column(to, k))));
}

/** SUM += from - to. */
function addDifference(from: usize, to: usize): void {
  addDifferenceAt(0, from, to);
  addDifferenceAt(1, from, to);
  addDifferenceAt(2, from, to);
  addDifferenceAt(3, from, to);
  addDifferenceAt(4, from, to);
  addDifferenceAt(5, from, to);
  addDifferenceAt(6, from, to);
  addDifferenceAt(7, from, to);
  addDifferenceAt(8, from, to);
  addDifferenceAt(9, from, to);
  addDifferenceAt(10, from, to);
  addDifferenceAt(11, from, to);
  addDifferenceAt(12, from, to);
  addDifferenceAt(13, from, to);
  addDifferenceAt(14, from, to);
  addDifferenceAt(15, from, to);
  addDifferenceAt(16, from, to);
}

function settle(): void {
  let carried = ZEROS;
  for (let at = SUM; at < SUM + 17 * 16; at += 16) {
    carried = sum(carried, v128.load(at));
    v128.store(at, v128.and(carried, MASK));
    carried = i64x2.shr_u(carried, BITS);
  }
  store(SUM, 17, sum(column(SUM, 17), carried));
}

/** Sums up a row, see `sumUp` of sum.ts. */
export function sumUpPairs(
  row: usize, pairs: i32, left: usize, right: usize, step: usize, cross: usize, singles: i32, single: usize,
): usize {
  let group = min(pairs, MOST_PAIRED);
  let factors = row + ELEMENT;
  let after = cross + <usize>group * PAIR_COLUMNS;
  begin(row, cross, after);
  let room = ROOM - group * PAIRED;
  for (;;) {
    pairs -= group;
    for (; group > 0; group--) {
      accumulatePaired(left, right, factors, factors + ELEMENT);
      left += step;
      right += step;
      factors += 2 * ELEMENT;
    }
    if (pairs == 0) break;
    settle();
    group = min(pairs, MOST_PAIRED);
    cross = after;
    after = cross + <usize>group * PAIR_COLUMNS;
    addDifference(cross, after);
    room = ROOM - group * PAIRED;
  }
  for (; singles > 0; singles--) {
    if (room < PRODUCT) {
      settle();
      room = ROOM;
    }
    accumulate(single, factors);
    room -= PRODUCT;
    single += PAIR;
    factors += ELEMENT;
  }
  return factors;
}

/** out = sum of the row, tight. */
export function endPairSum(out: usize): void {
  let s: v128;
  let t = column(SUM, 0);
  const n0 = digit(t); const m0 = narrow(n0); t = clear(t, n0);
  t = sum(t, column(SUM, 1)); t = more(t, m0, Q1);
  const n1 = digit(t); const m1 = narrow(n1); t = clear(t, n1);
  s = more(column(SUM, 2), m0, Q2); t = sum(t, s); t = more(t, m1, Q1);
  const n2 = digit(t); const m2 = narrow(n2); t = clear(t, n2);
  s = more(column(SUM, 3), m0, Q3); s = more(s, m1, Q2); t = sum(t, s); t = more(t, m2, Q1);
  const n3 = digit(t); const m3 = narrow(n3); t = clear(t, n3);
  s = more(column(SUM, 4), m0, Q4); s = more(s, m1, Q3); s = more(s, m2, Q2); t = sum(t, s);
  t = more(t, m3, Q1);
  const n4 = digit(t); const m4 = narrow(n4); t = clear(t, n4);
  s = more(column(SUM, 5), m0, Q5); s = more(s, m1, Q4); s = more(s, m2, Q3); s = more(s, m3, Q2);
  t = sum(t, s); t = more(t, m4, Q1);
  const n5 = digit(t); const m5 = narrow(n5); t = clear(t, n5);
  s = more(column(SUM, 6), m0, Q6); s = more(s, m1, Q5); s = more(s, m2, Q4); s = more(s, m3, Q3);
  s = more(s, m4, Q2); t = sum(t, s); t = more(t, m5, Q1);
  const n6 = digit(t); const m6 = narrow(n6); t = clear(t, n6);
  s = more(column(SUM, 7), m0, Q7); s = more(s, m1, Q6); s = more(s, m2, Q5); s = more(s, m3, Q4);
  s = more(s, m4, Q3); s = more(s, m5, Q2); t = sum(t, s); t = more(t, m6, Q1);
  const n7 = digit(t); const m7 = narrow(n7); t = clear(t, n7);
  s = more(column(SUM, 8), m0, Q8); s = more(s, m1, Q7); s = more(s, m2, Q6); s = more(s, m3, Q5);
  s = more(s, m4, Q4); s = more(s, m5, Q3); s = more(s, m6, Q2); t = sum(t, s); t = more(t, m7, Q1);
  const n8 = digit(t); const m8 = narrow(n8); t = clear(t, n8);
  s = more(column(SUM, 9), m1, Q8); s = more(s, m2, Q7); s = more(s, m3, Q6); s = more(s, m4, Q5);
  s = more(s, m5, Q4); s = more(s, m6, Q3); s = more(s, m7, Q2); t = sum(t, s); t = more(t, m8, Q1);
  put(out, 0, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 10), m2, Q8); s = more(s, m3, Q7); s = more(s, m4, Q6); s = more(s, m5, Q5);
  s = more(s, m6, Q4); s = more(s, m7, Q3); s = more(s, m8, Q2); t = sum(t, s);
  put(out, 1, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 11), m3, Q8); s = more(s, m4, Q7); s = more(s, m5, Q6); s = more(s, m6, Q5);
  s = more(s, m7, Q4); s = more(s, m8, Q3); t = sum(t, s);
  put(out, 2, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 12), m4, Q8); s = more(s, m5, Q7); s = more(s, m6, Q6); s = more(s, m7, Q5);
  s = more(s, m8, Q4); t = sum(t, s);
  put(out, 3, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 13), m5, Q8); s = more(s, m6, Q7); s = more(s, m7, Q6); s = more(s, m8, Q5);
  t = sum(t, s);
  put(out, 4, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 14), m6, Q8); s = more(s, m7, Q7); s = more(s, m8, Q6); t = sum(t, s);
  put(out, 5, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 15), m7, Q8); s = more(s, m8, Q7); t = sum(t, s);
  put(out, 6, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(column(SUM, 16), m8, Q8); t = sum(t, s);
  put(out, 7, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  put(out, 8, sum(t, column(SUM, 17)));
}
