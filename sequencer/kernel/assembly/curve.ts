/**
 * BabyJubJub, 168700 x^2 + y^2 = 1 + 168696 x^2 y^2 (EIP-2494), computed on the isomorphic curve with a = -1:
 *
 *   map          X = s x, Y = y with s^2 = -168700, which is a square
 *   curve        -X^2 + Y^2 = 1 + D X^2 Y^2, D = -168696 / 168700, not a square
 *   point        (X, Y, Z, E, H), x = X/Z, y = Y/Z, x y = E H / Z^2: the T = X Y / Z of extended coordinates
 *                is left as a product until an addition needs it
 *   cached       (Y - X, Y + X, 2 Z, 2 D T), what an addition wants of its second point
 *   affine       (Y - X, Y + X, 2 D T) of a point with Z = 1, for tables: a product less
 *   addition     Hisil, Wong, Carter, Dawson 2008, a = -1: 9 products with T. -1 is a square and D is none,
 *                so it is complete: no pair of points is an exception, Z is never zero
 *   doubling     the same paper: 7 products, 3 of them squares
 *
 * Why no limb overflows: in units of 2^29 per limb, with products tight (1), the factors are at most those
 * written beside each product; field.ts allows 1 * 1 and 2 * 1. Values stay below 8 p: sums of at most four
 * products.
 */
import {
  add, carry, copy, ELEMENT, fromBytes, fromBytesTimes, invert, isEqual, isZero, ONE, subtract, toBytes, ZERO,
} from "./field";
import { multiply, square } from "./product";

/** Five elements, four, and three. */
export const POINT: usize = 5 * 36;
export const CACHED: usize = 4 * 36;
export const AFFINE: usize = 3 * 36;

const Y: usize = ELEMENT;
export const Z: usize = 2 * ELEMENT;
const E: usize = 3 * ELEMENT;
const H: usize = 4 * ELEMENT;

/** D and 2 D. */
const CURVE_D = memory.data<i32>([
  0x19ee3181, 0x18a28eff, 0x1d0d3d13, 0x18db1895, 0x11b62397, 0x1968b9d1, 0x146e7ad8, 0x975e6b5, 0x2fd94d,
]);
const TWICE_D = memory.data<i32>([
  0x3dc6301, 0x12357160, 0xbbe55d6, 0x9e5a038, 0xde674ac, 0xff632e2, 0x8361470, 0x48fa737, 0x2f4e4c,
]);
/** s R^2 takes a number x to X in one product; R / s takes X back to x. */
const SCALE_R2 = memory.data<i32>([
  0xe7ff0f9, 0xb5cc72b, 0xd940bf9, 0x64dd539, 0x46e9b86, 0xa728a27, 0x8c3a545, 0x172ffc3, 0x28f0a6,
]);
const INVERSE_SCALE = memory.data<i32>([
  0x9fd050c, 0x13b57c8, 0x1d9840bd, 0x1dadea63, 0xe14df6b, 0x1f447410, 0x6969e45, 0x17906da1, 0x2a55f0,
]);
/** B8 of circomlib, the base point, as X and Y. */
const BASE_X = memory.data<i32>([
  0x1256f0aa, 0x1643ea8c, 0x12c23cd2, 0x1419668c, 0x66d92cd, 0x4968e5b, 0x1adf1ac, 0xc1f6d12, 0x13e40f,
]);
const BASE_Y = memory.data<i32>([
  0x10403537, 0x1bb5c071, 0x1e18f6e8, 0x1668dae4, 0xa95f960, 0xf8d13a8, 0x1281e883, 0x15d13959, 0xbe9f1,
]);

const A = memory.data(36);
const B = memory.data(36);
const C = memory.data(36);
const F = memory.data(36);
const G = memory.data(36);

function completeAffine(p: usize): void {
  copy(p + Z, ONE);
  copy(p + E, p);
  copy(p + H, p + Y);
}

/** Reads x and y, 32 bytes each and below p. */
export function fromAffine(p: usize, from: usize): void {
  fromBytesTimes(p, from, SCALE_R2);
  fromBytes(p + Y, from + 32);
  completeAffine(p);
}

/** Writes x and y. */
export function toAffine(to: usize, p: usize): void {
  invert(A, p + Z);
  multiply(B, p, A);
  multiply(B, B, INVERSE_SCALE);
  toBytes(to, B);
  multiply(B, p + Y, A);
  toBytes(to + 32, B);
}

export function basePoint(p: usize): void {
  copy(p, BASE_X);
  copy(p + Y, BASE_Y);
  completeAffine(p);
}

/** The point (0, 1). */
export function identity(p: usize): void {
  memory.fill(p, 0, POINT);
  copy(p + Y, ONE);
  copy(p + Z, ONE);
  copy(p + H, ONE);
}

/** Whether a point with Z = 1 satisfies the equation: Y^2 = 1 + X^2 + D X^2 Y^2. */
export function isOnCurve(p: usize): bool {
  square(A, p);
  square(B, p + Y);
  multiply(C, A, B);
  multiply(C, C, CURVE_D);
  add(C, C, ONE);
  add(C, C, A);
  carry(C, C);
  return isEqual(B, C);
}

/** x = 0: the identity, or (0, -1) of order two. */
export function hasZeroX(p: usize): bool {
  return isZero(p);
}

/** Whether p is the point q, which has Z = 1. */
export function isAffine(p: usize, q: usize): bool {
  multiply(A, q, p + Z);
  multiply(B, q + Y, p + Z);
  return isEqual(A, p) && isEqual(B, p + Y);
}

/** With A = X^2, B = Y^2, C = Z^2: E = 2 X Y, G = B - A, F = 2 C - G, H = A + B; then (E F, G H, F G). */
export function double(out: usize, p: usize): void {
  square(A, p);
  square(B, p + Y);
  square(C, p + Z);
  add(G, p + Y, p + Y);
  multiply(out + E, p, G); //         1 * 2
  add(out + H, A, B);
  subtract(G, B, A);
  subtract(F, C, G);
  add(F, F, C);
  carry(F, F);
  multiply(out, out + E, F); //       1 * 1
  multiply(out + Y, out + H, G); //   2 * 1
  multiply(out + Z, F, G); //         1 * 1
}

/** out = p + q for a cached q; `out` may be p. */
export function addCached(out: usize, p: usize, q: usize): void {
  multiply(G, p + Z, q + Z); //       1 * 1
  addWith(out, p, q, q + Y, q + E, F, G);
}

/** out = p - q: -q has Y - X and Y + X exchanged and T negated, which exchanges F and G. */
export function subtractCached(out: usize, p: usize, q: usize): void {
  multiply(G, p + Z, q + Z); //       1 * 1
  addWith(out, p, q + Y, q, q + E, G, F);
}

/** The same for an affine q, whose 2 Z Z' is 2 Z. */
export function addAffine(out: usize, p: usize, q: usize): void {
  twiceZ(p);
  addWith(out, p, q, q + Y, q + Z, F, G);
}

export function subtractAffine(out: usize, p: usize, q: usize): void {
  twiceZ(p);
  addWith(out, p, q + Y, q, q + Z, G, F);
}

@inline
function twiceZ(p: usize): void {
  add(G, p + Z, p + Z);
  carry(G, G);
}

/**
 * G is 2 Z1 Z2 already. A = (Y1 - X1)(Y2 - X2), B = (Y1 + X1)(Y2 + X2), C = 2 D T1 T2, E = B - A, H = B + A,
 * F = 2 Z1 Z2 - C, G = 2 Z1 Z2 + C; then (E F, G H, F G).
 */
@inline
function addWith(
  out: usize, p: usize, qMinus: usize, qPlus: usize, qT: usize, f: usize, g: usize,
): void {
  multiply(C, p + E, p + H); //       1 * 2
  multiply(C, C, qT); //              1 * 1
  subtract(A, p + Y, p);
  multiply(A, A, qMinus); //          1 * 1
  add(B, p + Y, p);
  multiply(B, B, qPlus); //           2 * 1
  subtract(out + E, B, A);
  add(out + H, B, A);
  carry(out + H, out + H);
  subtract(F, G, C);
  add(G, G, C);
  multiply(out, out + E, f); //       1 * 2
  multiply(out + Y, g, out + H); //   2 * 1
  multiply(out + Z, G, F); //         2 * 1
}

/** Prepares a point for additions: four tight elements. */
export function toCached(q: usize, p: usize): void {
  multiply(C, p + E, p + H);
  multiply(C, C, TWICE_D);
  subtract(A, p + Y, p);
  add(B, p + Y, p);
  add(G, p + Z, p + Z);
  carry(q, A);
  carry(q + Y, B);
  carry(q + Z, G);
  copy(q + E, C);
}

/** The affine form of a point, given 1 / Z: three tight elements. */
export function toAffineEntry(q: usize, p: usize, inverse: usize): void {
  multiply(A, p, inverse);
  multiply(B, p + Y, inverse);
  multiply(q + Z, A, B);
  multiply(q + Z, q + Z, TWICE_D);
  subtract(C, B, A);
  carry(q, C);
  add(C, B, A);
  carry(q + Y, C);
}

/** The negative of a point in place. */
export function negate(p: usize): void {
  subtract(A, ZERO, p);
  carry(p, A);
  subtract(A, ZERO, p + E);
  carry(p + E, A);
}

export function copyPoint(out: usize, p: usize): void {
  memory.copy(out, p, POINT);
}
