/**
 * Tables of *combs*: for c = 0..31 the odd multiples of 2^(8 c) P, as affine points. Digits i, i + 8, i + 16, ... of a scalar share
 * their doublings then: 8 instead of 256.
 *
 * An affine point takes an inverse, 350 products. So a group of points shares one (Montgomery's trick): with the products
 * q[i] = Z[0] ... Z[i] and 1 / q[last], each 1 / Z[i] is q[i-1] times what is left.
 */
import { addCached, AFFINE, CACHED, copyPoint, double, POINT, toAffineEntry, toCached, Z } from "./curve";
import { copy, ELEMENT, invert, ONE } from "./field";
import { multiply } from "./product";

export const COMBS = 32;
export const COMB_BITS = 8;

/** Points that share an inverse. */
const GROUP = 256;
const POINTS = memory.data(180 * 256);
const PRODUCTS = memory.data(36 * (256 + 1));
const LEFT = memory.data(36);
const INVERSE = memory.data(36);
const TWICE = memory.data(144);
const STEP = memory.data(180);

/** P, 3 P, 5 P, ... */
function oddMultiples(points: usize, p: usize, count: i32): void {
  double(STEP, p);
  toCached(TWICE, STEP);
  copyPoint(points, p);
  for (let i = 1; i < count; i++) addCached(points + <usize>i * POINT, points + <usize>(i - 1) * POINT, TWICE);
}

/** Table entries of POINTS. */
function toAffineEntries(table: usize, count: i32): void {
  copy(PRODUCTS, ONE);
  for (let i = 0; i < count; i++) {
    const product = PRODUCTS + <usize>i * ELEMENT;
    multiply(product + ELEMENT, product, POINTS + <usize>i * POINT + Z);
  }
  invert(LEFT, PRODUCTS + <usize>count * ELEMENT);
  for (let i = count - 1; i >= 0; i--) {
    const point = POINTS + <usize>i * POINT;
    multiply(INVERSE, LEFT, PRODUCTS + <usize>i * ELEMENT);
    multiply(LEFT, LEFT, point + Z);
    toAffineEntry(table + <usize>i * AFFINE, point, INVERSE);
  }
}

/** The table of P, with so many odd multiples a comb, a divisor of GROUP. Changes P. */
export function combs(table: usize, p: usize, multiples: i32): void {
  let points = 0;
  for (let c = 0; c < COMBS; c++) {
    oddMultiples(POINTS + <usize>points * POINT, p, multiples);
    points += multiples;
    if (points == GROUP) {
      toAffineEntries(table, points);
      table += <usize>points * AFFINE;
      points = 0;
    }
    for (let i = 0; i < COMB_BITS; i++) double(p, p);
  }
}

/** The same as cached points, of one comb: for a key that is seen once. */
export function cachedOddMultiples(table: usize, p: usize, count: i32): void {
  oddMultiples(POINTS, p, count);
  for (let i = 0; i < count; i++) toCached(table + <usize>i * CACHED, POINTS + <usize>i * POINT);
}
