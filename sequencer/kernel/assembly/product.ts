/**
 * Products in the BN254 scalar field.
 *
 *   p            21888242871839275222246405745257275088548364400416034343698204186575808495617
 *   element      x = x0 + x1 2^29 + ... + x8 2^232: nine i32 limbs in memory, not necessarily below p
 *   Montgomery   x stands for x / R mod p, R = 2^261: multiply(a, b) = (a b + m p) / R with 0 <= m < R
 *   low digit    p = 1 + 2^28 and -1/p = 2^28 - 1 modulo 2^29: the digits of m cost shifts, no products
 *
 * Carries are lazy. An element is *tight* when limbs 0..7 lie in [0, 2^29): every product is. Sums and
 * differences of tight elements are taken limb by limb and may be negative.
 *
 * Why no limb overflows. Let u = 2^58. A column of a product has at most nine terms a_i b_j and nine m_i
 * p_j, the latter below 9 u together. Columns are i64: |column| < 32 u. What is carried in from below is
 * less than 2^36, and each term of tight limbs leaves 2^30 of its u. Hence
 *
 *   tight * tight            9 u + 9 u = 18 u     fits
 *   (sum of two) * tight    18 u + 9 u = 27 u     fits
 *   (sum of two)^2          36 u + 9 u = 45 u     does not: `carry` one side first
 *
 * Why no value overflows. R > 168 p. With |a| < A p and |b| < B p, (a b + m p) / R lies in
 * (-AB/168 p, (1 + AB/168) p). The curve's operands stay below 8 p, so products of them lie in (-0.4 p, 1.4
 * p); Poseidon's stay below 100 p (poseidon.ts). So the top limb, x / 2^232, stays below 2^29 as well.
 *
 * Nothing here branches on, or indexes by, the value of an element.
 */

/** Limbs of p but the lowest, 2^28 + 1, whose products are shifts. */
export const P1: i64 = 0x1f0fac9f;
export const P2: i64 = 0xe5c2450;
export const P3: i64 = 0x7d090f3;
export const P4: i64 = 0x1585d283;
export const P5: i64 = 0x2db40c0;
export const P6: i64 = 0xa6e141;
export const P7: i64 = 0xe5c2634;
export const P8: i64 = 0x30644e;
export const BITS: i64 = 29;
export const MASK: i64 = 0x1fffffff;

@inline
export function limb(a: usize, i: usize): i64 {
  return <i64>load<i32>(a + (i << 2));
}

/** The m_k that makes a column divisible by 2^29. */
@inline
export function digit(t: i64): i64 {
  return ((t << 28) - t) & MASK;
}

/** Adds m_k p_0 and carries the column on, whose low 29 bits are zero then. */
@inline
function clear(t: i64, m: i64): i64 {
  return (t + m + (m << 28)) >> BITS;
}

/** a b / R + c, column by column; c enters at R = 2^(9 * 29), so it costs nine additions. */
@inline
function product(
  out: usize, a: usize, b: usize,
  c0: i64, c1: i64, c2: i64, c3: i64, c4: i64, c5: i64, c6: i64, c7: i64, c8: i64,
): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const b0 = limb(b, 0);
  const b1 = limb(b, 1);
  const b2 = limb(b, 2);
  const b3 = limb(b, 3);
  const b4 = limb(b, 4);
  const b5 = limb(b, 5);
  const b6 = limb(b, 6);
  const b7 = limb(b, 7);
  const b8 = limb(b, 8);
  let t: i64 = a0 * b0;
  const m0 = digit(t);
  t = clear(t, m0);
  t += a0 * b1 + a1 * b0;
  t += m0 * P1;
  const m1 = digit(t);
  t = clear(t, m1);
  t += a0 * b2 + a1 * b1 + a2 * b0 + m0 * P2;
  t += m1 * P1;
  const m2 = digit(t);
  t = clear(t, m2);
  t += a0 * b3 + a1 * b2 + a2 * b1 + a3 * b0 + m0 * P3 + m1 * P2;
  t += m2 * P1;
  const m3 = digit(t);
  t = clear(t, m3);
  t += a0 * b4 + a1 * b3 + a2 * b2 + a3 * b1 + a4 * b0 + m0 * P4 + m1 * P3 + m2 * P2;
  t += m3 * P1;
  const m4 = digit(t);
  t = clear(t, m4);
  t += a0 * b5 + a1 * b4 + a2 * b3 + a3 * b2 + a4 * b1 + a5 * b0 + m0 * P5 + m1 * P4 + m2 * P3 + m3 * P2;
  t += m4 * P1;
  const m5 = digit(t);
  t = clear(t, m5);
  t += a0 * b6 + a1 * b5 + a2 * b4 + a3 * b3 + a4 * b2 + a5 * b1 + a6 * b0 + m0 * P6 + m1 * P5 + m2 * P4 + m3
    * P3 + m4 * P2;
  t += m5 * P1;
  const m6 = digit(t);
  t = clear(t, m6);
  t += a0 * b7 + a1 * b6 + a2 * b5 + a3 * b4 + a4 * b3 + a5 * b2 + a6 * b1 + a7 * b0 + m0 * P7 + m1 * P6 + m2
    * P5 + m3 * P4 + m4 * P3 + m5 * P2;
  t += m6 * P1;
  const m7 = digit(t);
  t = clear(t, m7);
  t += a0 * b8 + a1 * b7 + a2 * b6 + a3 * b5 + a4 * b4 + a5 * b3 + a6 * b2 + a7 * b1 + a8 * b0 + m0 * P8 + m1
    * P7 + m2 * P6 + m3 * P5 + m4 * P4 + m5 * P3 + m6 * P2;
  t += m7 * P1;
  const m8 = digit(t);
  t = clear(t, m8);
  t += a1 * b8 + a2 * b7 + a3 * b6 + a4 * b5 + a5 * b4 + a6 * b3 + a7 * b2 + a8 * b1 + c0 + m1 * P8 + m2 * P7
    + m3 * P6 + m4 * P5 + m5 * P4 + m6 * P3 + m7 * P2;
  t += m8 * P1;
  store<i32>(out, i32(t & MASK), 0);
  t >>= BITS;
  t += a2 * b8 + a3 * b7 + a4 * b6 + a5 * b5 + a6 * b4 + a7 * b3 + a8 * b2 + c1 + m2 * P8 + m3 * P7 + m4 * P6
    + m5 * P5 + m6 * P4 + m7 * P3 + m8 * P2;
  store<i32>(out, i32(t & MASK), 4);
  t >>= BITS;
  t += a3 * b8 + a4 * b7 + a5 * b6 + a6 * b5 + a7 * b4 + a8 * b3 + c2 + m3 * P8 + m4 * P7 + m5 * P6 + m6 * P5
    + m7 * P4 + m8 * P3;
  store<i32>(out, i32(t & MASK), 8);
  t >>= BITS;
  t += a4 * b8 + a5 * b7 + a6 * b6 + a7 * b5 + a8 * b4 + c3 + m4 * P8 + m5 * P7 + m6 * P6 + m7 * P5 + m8 * P4;
  store<i32>(out, i32(t & MASK), 12);
  t >>= BITS;
  t += a5 * b8 + a6 * b7 + a7 * b6 + a8 * b5 + c4 + m5 * P8 + m6 * P7 + m7 * P6 + m8 * P5;
  store<i32>(out, i32(t & MASK), 16);
  t >>= BITS;
  t += a6 * b8 + a7 * b7 + a8 * b6 + c5 + m6 * P8 + m7 * P7 + m8 * P6;
  store<i32>(out, i32(t & MASK), 20);
  t >>= BITS;
  t += a7 * b8 + a8 * b7 + c6 + m7 * P8 + m8 * P7;
  store<i32>(out, i32(t & MASK), 24);
  t >>= BITS;
  t += a8 * b8 + c7 + m8 * P8;
  store<i32>(out, i32(t & MASK), 28);
  t >>= BITS;
  store<i32>(out, i32(t + c8), 32);
}

/** out = a b / R, tight. Any of the three may be the same place. */
export function multiply(out: usize, a: usize, b: usize): void {
  product(out, a, b, 0, 0, 0, 0, 0, 0, 0, 0, 0);
}

/** out = a b / R + c, tight. */
export function multiplyAdd(out: usize, a: usize, b: usize, c: usize): void {
  product(
    out, a, b,
    limb(c, 0), limb(c, 1), limb(c, 2), limb(c, 3), limb(c, 4), limb(c, 5), limb(c, 6), limb(c, 7),
    limb(c, 8),
  );
}

/** out = a^2 / R, tight: 45 products instead of 81. */
export function square(out: usize, a: usize): void {
  const a0 = limb(a, 0);
  const a1 = limb(a, 1);
  const a2 = limb(a, 2);
  const a3 = limb(a, 3);
  const a4 = limb(a, 4);
  const a5 = limb(a, 5);
  const a6 = limb(a, 6);
  const a7 = limb(a, 7);
  const a8 = limb(a, 8);
  const d0 = a0 + a0;
  const d1 = a1 + a1;
  const d2 = a2 + a2;
  const d3 = a3 + a3;
  const d4 = a4 + a4;
  const d5 = a5 + a5;
  const d6 = a6 + a6;
  const d7 = a7 + a7;
  let t: i64 = a0 * a0;
  const m0 = digit(t);
  t = clear(t, m0);
  t += d0 * a1;
  t += m0 * P1;
  const m1 = digit(t);
  t = clear(t, m1);
  t += d0 * a2 + a1 * a1 + m0 * P2;
  t += m1 * P1;
  const m2 = digit(t);
  t = clear(t, m2);
  t += d0 * a3 + d1 * a2 + m0 * P3 + m1 * P2;
  t += m2 * P1;
  const m3 = digit(t);
  t = clear(t, m3);
  t += d0 * a4 + d1 * a3 + a2 * a2 + m0 * P4 + m1 * P3 + m2 * P2;
  t += m3 * P1;
  const m4 = digit(t);
  t = clear(t, m4);
  t += d0 * a5 + d1 * a4 + d2 * a3 + m0 * P5 + m1 * P4 + m2 * P3 + m3 * P2;
  t += m4 * P1;
  const m5 = digit(t);
  t = clear(t, m5);
  t += d0 * a6 + d1 * a5 + d2 * a4 + a3 * a3 + m0 * P6 + m1 * P5 + m2 * P4 + m3 * P3 + m4 * P2;
  t += m5 * P1;
  const m6 = digit(t);
  t = clear(t, m6);
  t += d0 * a7 + d1 * a6 + d2 * a5 + d3 * a4 + m0 * P7 + m1 * P6 + m2 * P5 + m3 * P4 + m4 * P3 + m5 * P2;
  t += m6 * P1;
  const m7 = digit(t);
  t = clear(t, m7);
  t += d0 * a8 + d1 * a7 + d2 * a6 + d3 * a5 + a4 * a4 + m0 * P8 + m1 * P7 + m2 * P6 + m3 * P5 + m4 * P4 + m5
    * P3 + m6 * P2;
  t += m7 * P1;
  const m8 = digit(t);
  t = clear(t, m8);
  t += d1 * a8 + d2 * a7 + d3 * a6 + d4 * a5 + m1 * P8 + m2 * P7 + m3 * P6 + m4 * P5 + m5 * P4 + m6 * P3 + m7
    * P2;
  t += m8 * P1;
  store<i32>(out, i32(t & MASK), 0);
  t >>= BITS;
  t += d2 * a8 + d3 * a7 + d4 * a6 + a5 * a5 + m2 * P8 + m3 * P7 + m4 * P6 + m5 * P5 + m6 * P4 + m7 * P3 + m8
    * P2;
  store<i32>(out, i32(t & MASK), 4);
  t >>= BITS;
  t += d3 * a8 + d4 * a7 + d5 * a6 + m3 * P8 + m4 * P7 + m5 * P6 + m6 * P5 + m7 * P4 + m8 * P3;
  store<i32>(out, i32(t & MASK), 8);
  t >>= BITS;
  t += d4 * a8 + d5 * a7 + a6 * a6 + m4 * P8 + m5 * P7 + m6 * P6 + m7 * P5 + m8 * P4;
  store<i32>(out, i32(t & MASK), 12);
  t >>= BITS;
  t += d5 * a8 + d6 * a7 + m5 * P8 + m6 * P7 + m7 * P6 + m8 * P5;
  store<i32>(out, i32(t & MASK), 16);
  t >>= BITS;
  t += d6 * a8 + a7 * a7 + m6 * P8 + m7 * P7 + m8 * P6;
  store<i32>(out, i32(t & MASK), 20);
  t >>= BITS;
  t += d7 * a8 + m7 * P8 + m8 * P7;
  store<i32>(out, i32(t & MASK), 24);
  t >>= BITS;
  t += a8 * a8 + m8 * P8;
  store<i32>(out, i32(t & MASK), 28);
  t >>= BITS;
  store<i32>(out, i32(t), 32);
}
