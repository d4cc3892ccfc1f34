/**
 * The products of product.ts for two elements at a time, by vector instructions: the same digits, the same
 * columns, the same bounds, for elements of no negative value. Two hashes of one width take a third less time
 * than one after the other.
 *
 *   pair       limb k of both elements in the lower two of the four i32 lanes of vector k; 16 bytes a limb
 *   product    `extmul_low` multiplies these two lanes to two columns of 64 bits
 *
 * What both hashes have in common, a constant of Poseidon, is read from its nine i32 limbs into all lanes.
 */

/** Bytes of a pair. */
export const PAIR: usize = 9 * 16;

/** Limbs of p but the lowest, 2^28 + 1, whose products are shifts. */
export const Q1 = i32x4.splat(0x1f0fac9f);
export const Q2 = i32x4.splat(0xe5c2450);
export const Q3 = i32x4.splat(0x7d090f3);
export const Q4 = i32x4.splat(0x1585d283);
export const Q5 = i32x4.splat(0x2db40c0);
export const Q6 = i32x4.splat(0xa6e141);
export const Q7 = i32x4.splat(0xe5c2634);
export const Q8 = i32x4.splat(0x30644e);
export const MASK = i64x2.splat(0x1fffffff);
export const ZEROS = i64x2.splat(0);
export const BITS = 29;

/** A limb of both elements of a pair. */
@inline
export function limbs(a: usize, i: usize): v128 {
  return v128.load(a + (i << 4));
}

/** A limb that both have in common. */
@inline
export function both(a: usize, i: usize): v128 {
  return v128.load_splat<u32>(a + (i << 2));
}

/** The same as two numbers of 64 bits. */
@inline
export function wide(a: usize, i: usize): v128 {
  return i64x2.extend_low_i32x4_u(limbs(a, i));
}

@inline
export function wideBoth(a: usize, i: usize): v128 {
  return i64x2.extend_low_i32x4_u(both(a, i));
}

@inline
export function times(a: v128, b: v128): v128 {
  return i64x2.extmul_low_i32x4_u(a, b);
}

@inline
export function sum(a: v128, b: v128): v128 {
  return i64x2.add(a, b);
}

/** s + a b. */
@inline
export function more(s: v128, a: v128, b: v128): v128 {
  return sum(s, times(a, b));
}

/** Two numbers below 2^32 from 64 bits each into the lower lanes. */
@inline
export function narrow(wide: v128): v128 {
  return i32x4.shuffle(wide, wide, 0, 2, 0, 2);
}

@inline
export function put(out: usize, i: usize, wide: v128): void {
  v128.store(out + (i << 4), narrow(wide));
}

/** The m_k that makes a column divisible by 2^29. */
@inline
export function digit(t: v128): v128 {
  return v128.and(i64x2.sub(i64x2.shl(t, 28), t), MASK);
}

/** Adds m_k p_0 and carries the column on. */
@inline
export function clear(t: v128, m: v128): v128 {
  return i64x2.shr_u(sum(t, sum(m, i64x2.shl(m, 28))), BITS);
}

/** a b / R + c, column by column. */
@inline
function product(
  out: usize, a: usize,
  b0: v128, b1: v128, b2: v128, b3: v128, b4: v128,
  b5: v128, b6: v128, b7: v128, b8: v128,
  c0: v128, c1: v128, c2: v128, c3: v128, c4: v128,
  c5: v128, c6: v128, c7: v128, c8: v128,
): void {
  const a0 = limbs(a, 0);
  const a1 = limbs(a, 1);
  const a2 = limbs(a, 2);
  const a3 = limbs(a, 3);
  const a4 = limbs(a, 4);
  const a5 = limbs(a, 5);
  const a6 = limbs(a, 6);
  const a7 = limbs(a, 7);
  const a8 = limbs(a, 8);
  let s = times(a0, b1);
  let t = times(a0, b0);
  const n0 = digit(t); const m0 = narrow(n0); t = clear(t, n0);
  s = more(s, a1, b0); t = sum(t, s); t = more(t, m0, Q1);
  const n1 = digit(t); const m1 = narrow(n1); t = clear(t, n1);
  s = times(a0, b2); s = more(s, a1, b1); s = more(s, a2, b0); s = more(s, m0, Q2); t = sum(t, s);
  t = more(t, m1, Q1);
  const n2 = digit(t); const m2 = narrow(n2); t = clear(t, n2);
  s = times(a0, b3); s = more(s, a1, b2); s = more(s, a2, b1); s = more(s, a3, b0); s = more(s, m0, Q3);
  s = more(s, m1, Q2); t = sum(t, s); t = more(t, m2, Q1);
  const n3 = digit(t); const m3 = narrow(n3); t = clear(t, n3);
  s = times(a0, b4); s = more(s, a1, b3); s = more(s, a2, b2); s = more(s, a3, b1); s = more(s, a4, b0);
  s = more(s, m0, Q4); s = more(s, m1, Q3); s = more(s, m2, Q2); t = sum(t, s); t = more(t, m3, Q1);
  const n4 = digit(t); const m4 = narrow(n4); t = clear(t, n4);
  s = times(a0, b5); s = more(s, a1, b4); s = more(s, a2, b3); s = more(s, a3, b2); s = more(s, a4, b1);
  s = more(s, a5, b0); s = more(s, m0, Q5); s = more(s, m1, Q4); s = more(s, m2, Q3); s = more(s, m3, Q2);
  t = sum(t, s); t = more(t, m4, Q1);
  const n5 = digit(t); const m5 = narrow(n5); t = clear(t, n5);
  s = times(a0, b6); s = more(s, a1, b5); s = more(s, a2, b4); s = more(s, a3, b3); s = more(s, a4, b2);
  s = more(s, a5, b1); s = more(s, a6, b0); s = more(s, m0, Q6); s = more(s, m1, Q5); s = more(s, m2, Q4);
  s = more(s, m3, Q3); s = more(s, m4, Q2); t = sum(t, s); t = more(t, m5, Q1);
  const n6 = digit(t); const m6 = narrow(n6); t = clear(t, n6);
  s = times(a0, b7); s = more(s, a1, b6); s = more(s, a2, b5); s = more(s, a3, b4); s = more(s, a4, b3);
  s = more(s, a5, b2); s = more(s, a6, b1); s = more(s, a7, b0); s = more(s, m0, Q7); s = more(s, m1, Q6);
  s = more(s, m2, Q5); s = more(s, m3, Q4); s = more(s, m4, Q3); s = more(s, m5, Q2); t = sum(t, s);
  t = more(t, m6, Q1);
  const n7 = digit(t); const m7 = narrow(n7); t = clear(t, n7);
  s = times(a0, b8); s = more(s, a1, b7); s = more(s, a2, b6); s = more(s, a3, b5); s = more(s, a4, b4);
  s = more(s, a5, b3); s = more(s, a6, b2); s = more(s, a7, b1); s = more(s, a8, b0); s = more(s, m0, Q8);
  s = more(s, m1, Q7); s = more(s, m2, Q6); s = more(s, m3, Q5); s = more(s, m4, Q4); s = more(s, m5, Q3);
  s = more(s, m6, Q2); t = sum(t, s); t = more(t, m7, Q1);
  const n8 = digit(t); const m8 = narrow(n8); t = clear(t, n8);
  s = more(c0, a1, b8); s = more(s, a2, b7); s = more(s, a3, b6); s = more(s, a4, b5); s = more(s, a5, b4);
  s = more(s, a6, b3); s = more(s, a7, b2); s = more(s, a8, b1); s = more(s, m1, Q8); s = more(s, m2, Q7);
  s = more(s, m3, Q6); s = more(s, m4, Q5); s = more(s, m5, Q4); s = more(s, m6, Q3); s = more(s, m7, Q2);
  t = sum(t, s); t = more(t, m8, Q1);
  put(out, 0, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c1, a2, b8); s = more(s, a3, b7); s = more(s, a4, b6); s = more(s, a5, b5); s = more(s, a6, b4);
  s = more(s, a7, b3); s = more(s, a8, b2); s = more(s, m2, Q8); s = more(s, m3, Q7); s = more(s, m4, Q6);
  s = more(s, m5, Q5); s = more(s, m6, Q4); s = more(s, m7, Q3); s = more(s, m8, Q2); t = sum(t, s);
  put(out, 1, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c2, a3, b8); s = more(s, a4, b7); s = more(s, a5, b6); s = more(s, a6, b5); s = more(s, a7, b4);
  s = more(s, a8, b3); s = more(s, m3, Q8); s = more(s, m4, Q7); s = more(s, m5, Q6); s = more(s, m6, Q5);
  s = more(s, m7, Q4); s = more(s, m8, Q3); t = sum(t, s);
  put(out, 2, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c3, a4, b8); s = more(s, a5, b7); s = more(s, a6, b6); s = more(s, a7, b5); s = more(s, a8, b4);
  s = more(s, m4, Q8); s = more(s, m5, Q7); s = more(s, m6, Q6); s = more(s, m7, Q5); s = more(s, m8, Q4);
  t = sum(t, s);
  put(out, 3, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c4, a5, b8); s = more(s, a6, b7); s = more(s, a7, b6); s = more(s, a8, b5); s = more(s, m5, Q8);
  s = more(s, m6, Q7); s = more(s, m7, Q6); s = more(s, m8, Q5); t = sum(t, s);
  put(out, 4, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c5, a6, b8); s = more(s, a7, b7); s = more(s, a8, b6); s = more(s, m6, Q8); s = more(s, m7, Q7);
  s = more(s, m8, Q6); t = sum(t, s);
  put(out, 5, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c6, a7, b8); s = more(s, a8, b7); s = more(s, m7, Q8); s = more(s, m8, Q7); t = sum(t, s);
  put(out, 6, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = more(c7, a8, b8); s = more(s, m8, Q8); t = sum(t, s);
  put(out, 7, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  put(out, 8, sum(t, c8));
}

/** out = a b / R, of two pairs. */
export function multiplyPairs(out: usize, a: usize, b: usize): void {
  product(
    out, a, limbs(b, 0), limbs(b, 1), limbs(b, 2), limbs(b, 3), limbs(b, 4), limbs(b, 5), limbs(b, 6),
    limbs(b, 7), limbs(b, 8), ZEROS, ZEROS, ZEROS, ZEROS, ZEROS, ZEROS, ZEROS, ZEROS, ZEROS,
  );
}

/** out = a b / R + c, of two pairs and a constant. */
export function multiplyPairsPlus(out: usize, a: usize, b: usize, c: usize): void {
  product(
    out, a, limbs(b, 0), limbs(b, 1), limbs(b, 2), limbs(b, 3), limbs(b, 4), limbs(b, 5), limbs(b, 6),
    limbs(b, 7), limbs(b, 8), wideBoth(c, 0), wideBoth(c, 1), wideBoth(c, 2), wideBoth(c, 3),
    wideBoth(c, 4), wideBoth(c, 5), wideBoth(c, 6), wideBoth(c, 7), wideBoth(c, 8),
  );
}

/** out = a^2 / R. */
export function squarePair(out: usize, a: usize): void {
  const a0 = limbs(a, 0);
  const a1 = limbs(a, 1);
  const a2 = limbs(a, 2);
  const a3 = limbs(a, 3);
  const a4 = limbs(a, 4);
  const a5 = limbs(a, 5);
  const a6 = limbs(a, 6);
  const a7 = limbs(a, 7);
  const a8 = limbs(a, 8);
  const d0 = i32x4.add(a0, a0);
  const d1 = i32x4.add(a1, a1);
  const d2 = i32x4.add(a2, a2);
  const d3 = i32x4.add(a3, a3);
  const d4 = i32x4.add(a4, a4);
  const d5 = i32x4.add(a5, a5);
  const d6 = i32x4.add(a6, a6);
  const d7 = i32x4.add(a7, a7);
  let s = times(d0, a1);
  let t = times(a0, a0);
  const n0 = digit(t); const m0 = narrow(n0); t = clear(t, n0);
  t = sum(t, s); t = more(t, m0, Q1);
  const n1 = digit(t); const m1 = narrow(n1); t = clear(t, n1);
  s = times(d0, a2); s = more(s, a1, a1); s = more(s, m0, Q2); t = sum(t, s); t = more(t, m1, Q1);
  const n2 = digit(t); const m2 = narrow(n2); t = clear(t, n2);
  s = times(d0, a3); s = more(s, d1, a2); s = more(s, m0, Q3); s = more(s, m1, Q2); t = sum(t, s);
  t = more(t, m2, Q1);
  const n3 = digit(t); const m3 = narrow(n3); t = clear(t, n3);
  s = times(d0, a4); s = more(s, d1, a3); s = more(s, a2, a2); s = more(s, m0, Q4); s = more(s, m1, Q3);
  s = more(s, m2, Q2); t = sum(t, s); t = more(t, m3, Q1);
  const n4 = digit(t); const m4 = narrow(n4); t = clear(t, n4);
  s = times(d0, a5); s = more(s, d1, a4); s = more(s, d2, a3); s = more(s, m0, Q5); s = more(s, m1, Q4);
  s = more(s, m2, Q3); s = more(s, m3, Q2); t = sum(t, s); t = more(t, m4, Q1);
  const n5 = digit(t); const m5 = narrow(n5); t = clear(t, n5);
  s = times(d0, a6); s = more(s, d1, a5); s = more(s, d2, a4); s = more(s, a3, a3); s = more(s, m0, Q6);
  s = more(s, m1, Q5); s = more(s, m2, Q4); s = more(s, m3, Q3); s = more(s, m4, Q2); t = sum(t, s);
  t = more(t, m5, Q1);
  const n6 = digit(t); const m6 = narrow(n6); t = clear(t, n6);
  s = times(d0, a7); s = more(s, d1, a6); s = more(s, d2, a5); s = more(s, d3, a4); s = more(s, m0, Q7);
  s = more(s, m1, Q6); s = more(s, m2, Q5); s = more(s, m3, Q4); s = more(s, m4, Q3); s = more(s, m5, Q2);
  t = sum(t, s); t = more(t, m6, Q1);
  const n7 = digit(t); const m7 = narrow(n7); t = clear(t, n7);
  s = times(d0, a8); s = more(s, d1, a7); s = more(s, d2, a6); s = more(s, d3, a5); s = more(s, a4, a4);
  s = more(s, m0, Q8); s = more(s, m1, Q7); s = more(s, m2, Q6); s = more(s, m3, Q5); s = more(s, m4, Q4);
  s = more(s, m5, Q3); s = more(s, m6, Q2); t = sum(t, s); t = more(t, m7, Q1);
  const n8 = digit(t); const m8 = narrow(n8); t = clear(t, n8);
  s = times(d1, a8); s = more(s, d2, a7); s = more(s, d3, a6); s = more(s, d4, a5); s = more(s, m1, Q8);
  s = more(s, m2, Q7); s = more(s, m3, Q6); s = more(s, m4, Q5); s = more(s, m5, Q4); s = more(s, m6, Q3);
  s = more(s, m7, Q2); t = sum(t, s); t = more(t, m8, Q1);
  put(out, 0, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(d2, a8); s = more(s, d3, a7); s = more(s, d4, a6); s = more(s, a5, a5); s = more(s, m2, Q8);
  s = more(s, m3, Q7); s = more(s, m4, Q6); s = more(s, m5, Q5); s = more(s, m6, Q4); s = more(s, m7, Q3);
  s = more(s, m8, Q2); t = sum(t, s);
  put(out, 1, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(d3, a8); s = more(s, d4, a7); s = more(s, d5, a6); s = more(s, m3, Q8); s = more(s, m4, Q7);
  s = more(s, m5, Q6); s = more(s, m6, Q5); s = more(s, m7, Q4); s = more(s, m8, Q3); t = sum(t, s);
  put(out, 2, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(d4, a8); s = more(s, d5, a7); s = more(s, a6, a6); s = more(s, m4, Q8); s = more(s, m5, Q7);
  s = more(s, m6, Q6); s = more(s, m7, Q5); s = more(s, m8, Q4); t = sum(t, s);
  put(out, 3, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(d5, a8); s = more(s, d6, a7); s = more(s, m5, Q8); s = more(s, m6, Q7); s = more(s, m7, Q6);
  s = more(s, m8, Q5); t = sum(t, s);
  put(out, 4, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(d6, a8); s = more(s, a7, a7); s = more(s, m6, Q8); s = more(s, m7, Q7); s = more(s, m8, Q6);
  t = sum(t, s);
  put(out, 5, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(d7, a8); s = more(s, m7, Q8); s = more(s, m8, Q7); t = sum(t, s);
  put(out, 6, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  s = times(a8, a8); s = more(s, m8, Q8); t = sum(t, s);
  put(out, 7, v128.and(t, MASK)); t = i64x2.shr_u(t, BITS);
  put(out, 8, t);
}

/** Puts an element beside another into a pair, or takes it out. */
export function setElement(pair: usize, lane: usize, element: usize): void {
  for (let i: usize = 0; i < 9; i++) store<i32>(pair + (i << 4) + (lane << 2), load<i32>(element + (i << 2)));
}

export function getElement(element: usize, pair: usize, lane: usize): void {
  for (let i: usize = 0; i < 9; i++) store<i32>(element + (i << 2), load<i32>(pair + (i << 4) + (lane << 2)));
}
