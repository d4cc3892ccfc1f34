/**
 * The bits of a word as small integers. Every shift of a 248-bit bigint makes another bigint, so a word is laid
 * once into limbs of a typed array and read from there; nothing runs between `layOut` and the reads.
 */
import { WORD_BITS } from "./limits.ts";

const limbs64 = new BigUint64Array(Math.ceil(WORD_BITS / 64));
const limbs32 = new Uint32Array(limbs64.buffer);

limbs64[0] = 1n;
if (limbs32[0] !== 1) throw new Error("this needs a processor that puts the low limb first");

/** Lays a word out for `bitsAt`. */
export function layOut(word: bigint): void {
  limbs64[0] = word;
  limbs64[1] = word >> 64n;
  limbs64[2] = word >> 128n;
  limbs64[3] = word >> 192n;
}

/** At most 32 bits of the word laid out last. */
export function bitsAt(offset: number, width: number): number {
  const limb = offset >>> 5;
  const shift = offset & 31;
  let bits = limbs32[limb]! >>> shift;
  if (shift + width > 32) bits |= limbs32[limb + 1]! << (32 - shift);
  return (width === 32 ? bits : bits & ((1 << width) - 1)) >>> 0;
}

/** The low 32 bits of any word. */
export function lowBits(word: bigint): number {
  limbs64[0] = word;
  return limbs32[0]!;
}
