/** Field elements (product.ts) as numbers: sums, comparison, bytes, inverses. */
import { BITS, limb, MASK, multiply, multiplyAdd, square } from "./product";

/** Bytes of an element. */
export const ELEMENT: usize = 36;

export const ZERO = memory.data(36);
const SCRATCH = memory.data(36);
const MODULUS = memory.data<i32>([
  0x10000001, 0x1f0fac9f, 0xe5c2450, 0x7d090f3, 0x1585d283, 0x2db40c0, 0xa6e141, 0xe5c2634, 0x30644e,
]);
/** R^2 mod p brings a number into Montgomery form, the plain 1 brings it out. */
const R2 = memory.data<i32>([
  0x5b69bd4, 0x6170a5a, 0x20cddce, 0x1db6310b, 0xe54d0ff, 0x1cf855e3, 0x1c15e103, 0x7d09161, 0xa054a,
]);
const PLAIN_ONE = memory.data<i32>([1, 0, 0, 0, 0, 0, 0, 0, 0]);
/** R mod p: the element one. */
export const ONE = memory.data<i32>([
  0xfffff57, 0x1ea70ab4, 0x52c068b, 0x17504f49, 0xaa8075b, 0x1d4240ce, 0x11d54c07, 0x52ac7a8, 0xdc836,
]);
/** p - 2 in 32-bit words. */
const INVERSE_EXPONENT = memory.data<u32>([
  0xefffffff, 0x43e1f593, 0x79b97091, 0x2833e848, 0x8181585d, 0xb85045b6, 0xe131a029, 0x30644e72,
]);

export function copy(out: usize, a: usize): void {
  memory.copy(out, a, ELEMENT);
}

/** out = a + b, limb by limb. */
export function add(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ELEMENT; i += 4) store<i32>(out + i, load<i32>(a + i) + load<i32>(b + i));
}

/** out = a - b, limb by limb: limbs and value may be negative. */
export function subtract(out: usize, a: usize, b: usize): void {
  for (let i: usize = 0; i < ELEMENT; i += 4) store<i32>(out + i, load<i32>(a + i) - load<i32>(b + i));
}

/** Makes an element tight; a sign goes to the top limb. */
export function carry(out: usize, a: usize): void {
  let carried: i64 = 0;
  for (let i: usize = 0; i < 8; i++) {
    carried += limb(a, i);
    store<i32>(out + (i << 2), i32(carried & MASK));
    carried >>= BITS;
  }
  store<i32>(out, i32(carried + limb(a, 8)), 32);
}

/**
 * The number that an element stands for, from 0 to p - 1, in limbs. (x + m p) / R lies in [0, p] for |x| <
 * R, and is p for positive multiples of p only.
 */
function toNumber(out: usize, a: usize): void {
  multiply(out, a, PLAIN_ONE);
  let difference: i32 = 0;
  for (let i: usize = 0; i < ELEMENT; i += 4) difference |= load<i32>(out + i) ^ load<i32>(MODULUS + i);
  // All ones unless the limbs are those of p.
  const keep = (difference | -difference) >> 31;
  for (let i: usize = 0; i < ELEMENT; i += 4) store<i32>(out + i, load<i32>(out + i) & keep);
}

export function isZero(a: usize): bool {
  toNumber(SCRATCH, a);
  let bits: i32 = 0;
  for (let i: usize = 0; i < ELEMENT; i += 4) bits |= load<i32>(SCRATCH + i);
  return bits == 0;
}

/** Whether two tight elements stand for the same number. */
export function isEqual(a: usize, b: usize): bool {
  subtract(SCRATCH, a, b);
  return isZero(SCRATCH);
}

/** Limbs of 32 bytes, little end first. Reads one byte behind them and ignores it. */
function loadLimbs(out: usize, from: usize): void {
  for (let i: usize = 0; i < 8; i++) {
    const bit = i * 29;
    store<i32>(out + (i << 2), i32((load<i64>(from + (bit >> 3)) >>> <i64>(bit & 7)) & MASK));
  }
  store<u32>(out, load<u32>(from, 28) >> 8, 32);
}

/** The element of a number below p, times a factor that is given in Montgomery form times R. */
export function fromBytesTimes(out: usize, from: usize, factor: usize): void {
  loadLimbs(out, from);
  multiply(out, out, factor);
}

export function fromBytes(out: usize, from: usize): void {
  fromBytesTimes(out, from, R2);
}

/** The element of a number below p, plus another. */
export function fromBytesPlus(out: usize, from: usize, addend: usize): void {
  loadLimbs(out, from);
  multiplyAdd(out, out, R2, addend);
}

/** Writes the number, 32 bytes, little end first. */
export function toBytes(to: usize, a: usize): void {
  const n = SCRATCH;
  toNumber(n, a);
  store<i64>(to, limb(n, 0) | (limb(n, 1) << 29) | (limb(n, 2) << 58), 0);
  store<i64>(to, (limb(n, 2) >> 6) | (limb(n, 3) << 23) | (limb(n, 4) << 52), 8);
  store<i64>(to, (limb(n, 4) >> 12) | (limb(n, 5) << 17) | (limb(n, 6) << 46), 16);
  store<i64>(to, (limb(n, 6) >> 18) | (limb(n, 7) << 11) | (limb(n, 8) << 40), 24);
}

/** out = 1 / a by Fermat: a^(p - 2); zero gives zero. `out` is another place than `a`. */
export function invert(out: usize, a: usize): void {
  copy(out, ONE);
  for (let bit = 253; bit >= 0; bit--) {
    square(out, out);
    // The exponent is no secret.
    if ((load<u32>(INVERSE_EXPONENT + (<usize>(bit >> 5) << 2)) >> (bit & 31)) & 1) multiply(out, out, a);
  }
}
