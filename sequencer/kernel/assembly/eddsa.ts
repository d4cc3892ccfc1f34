/**
 * Checks of EdDSA-Poseidon signatures and multiples of the base point.
 *
 *   valid        S B8 = R8 + h (8A), h = Poseidon(R8x, R8y, Ax, Ay, M); A and R8 on the curve, x(8A) not 0
 *   checked as   S B8 - h (8A) = R8, one doubling for both products (Straus, Shamir)
 *
 * The caller has seen that S is below the subgroup order and that coordinates and message are below p. No
 * shortcut is taken that could accept more: sums are exact, and R8 is compared as it is, low-order part
 * included.
 *
 * Scalars become digits 0, +-1, +-3, ... of width w, any w digits in a row having at most one that is not 0
 * (wNAF). Digit i stands for itself times 2^i. The base point has a table of combs (tables.ts), so that digits
 * i, i + 8, ... share their doublings; a busy key gets one.
 *
 * Checks need no secrecy and branch on what they read. `multiplyBase` handles secrets and does not: it adds
 * once per window of four bits, whatever the window, and finds the multiple by reading all of them.
 */
import {
  addAffine, addCached, AFFINE, basePoint, CACHED, double, fromAffine, hasZeroX, identity, isAffine, isOnCurve,
  negate, subtractAffine, subtractCached, toAffine, toCached,
} from "./curve";
import { toBytes } from "./field";
import { hashToElement } from "./poseidon";
import { cachedOddMultiples, COMB_BITS, COMBS, combs } from "./tables";

/** Public input and output: the key, R8, the message, S, h; 32 bytes each number. */
export const SIGNED = memory.data(32 * 7 + 8);
const R8_AT: usize = 64;
const S_AT: usize = 160;
const H_AT: usize = 192;

const DIGITS = 256;
const BASE_WIDTH = 8;
const KEY_WIDTH = 5;
const BASE_MULTIPLES = 1 << (BASE_WIDTH - 2);
const KEY_MULTIPLES = 1 << (KEY_WIDTH - 2);
const BASE_COMB: usize = 64 * 108;
const KEY_COMB: usize = 8 * 108;
/** Bytes of a key's table. */
export const KEY_TABLE: usize = 32 * 8 * 108;

const BASE_TABLE = memory.data(32 * 64 * 108);
const COLD_TABLE = memory.data(8 * 144);
const WINDOW_TABLE = memory.data(16 * 144);
const CHOSEN = memory.data(144);

const KEY = memory.data(180);
const R8 = memory.data(180);
const SUM = memory.data(180);
const HASH = memory.data(36);
const CAPACITY = memory.data(40);
/** R8, A, M in the order of the hash. */
const HASHED = memory.data(32 * 5 + 8);
const BASE_DIGITS = memory.data(256);
const KEY_DIGITS = memory.data(256);

/** The digits of a scalar below 2^254. */
function toDigits(digits: usize, scalar: usize, width: i32): void {
  memory.fill(digits, 0, DIGITS);
  let carried: u32 = 0;
  let at = 0;
  while (at < DIGITS) {
    const word = load<u64>(scalar + ((<usize>at >> 5) << 2)) >> (at & 31);
    if ((<u32>word & 1) == carried) {
      at += 1;
      continue;
    }
    const rest = DIGITS - at;
    const taken = min(width, rest);
    const value = (<u32>word & ((1 << taken) - 1)) + carried;
    carried = (value >> (width - 1)) & 1;
    store<i8>(digits + <usize>at, <i8>(<i32>value - <i32>(carried << width)));
    at += taken;
  }
}

/** Adds digit times a table's point to SUM. */
@inline
function addDigit(digit: i32, table: usize): void {
  if (digit > 0) addAffine(SUM, SUM, table + <usize>(digit >> 1) * AFFINE);
  else if (digit < 0) subtractAffine(SUM, SUM, table + <usize>(-digit >> 1) * AFFINE);
}

@inline
function addColdDigit(digit: i32): void {
  if (digit > 0) addCached(SUM, SUM, COLD_TABLE + <usize>(digit >> 1) * CACHED);
  else if (digit < 0) subtractCached(SUM, SUM, COLD_TABLE + <usize>(-digit >> 1) * CACHED);
}

@inline
function digitAt(digits: usize, i: i32): i32 {
  return load<i8>(digits + <usize>i);
}

/** Makes the tables of the base point; once per instance. */
export function prepare(): void {
  basePoint(KEY);
  combs(BASE_TABLE, KEY, BASE_MULTIPLES);
  identity(SUM);
  toCached(WINDOW_TABLE, SUM);
  for (let i: usize = 1; i < 16; i++) {
    addAffine(SUM, SUM, BASE_TABLE);
    toCached(WINDOW_TABLE + i * CACHED, SUM);
  }
}

/** Whether the point at SIGNED is on the curve. */
export function isPoint(): bool {
  fromAffine(KEY, SIGNED);
  return isOnCurve(KEY);
}

/** Whether the point at SIGNED can be a key: KEY is 8A then. */
export function isKey(): bool {
  if (!isPoint()) return false;
  double(KEY, KEY);
  double(KEY, KEY);
  double(KEY, KEY);
  return !hasZeroX(KEY);
}

/** Makes a table of -8A for the key at SIGNED; false if it is none. */
export function makeKeyTable(table: usize): bool {
  if (!isKey()) return false;
  negate(KEY);
  combs(table, KEY, KEY_MULTIPLES);
  return true;
}

/** Computes the h of what is at SIGNED, to where the checks expect it. */
export function hashSigned(): void {
  memory.copy(HASHED, SIGNED + R8_AT, 64);
  memory.copy(HASHED + 64, SIGNED, 64);
  memory.copy(HASHED + 128, SIGNED + 128, 32);
  hashToElement(HASH, 6, CAPACITY, HASHED);
  toBytes(SIGNED + H_AT, HASH);
}

/** R8 and the digits of h and S; false if R8 is not on the curve. */
function prepareCheck(): bool {
  fromAffine(R8, SIGNED + R8_AT);
  if (!isOnCurve(R8)) return false;
  toDigits(KEY_DIGITS, SIGNED + H_AT, KEY_WIDTH);
  toDigits(BASE_DIGITS, SIGNED + S_AT, BASE_WIDTH);
  return true;
}

/** Whether the signature at SIGNED is valid, given its h. */
export function verify(): bool {
  if (!isKey() || !prepareCheck()) return false;
  negate(KEY);
  cachedOddMultiples(COLD_TABLE, KEY, KEY_MULTIPLES);
  identity(SUM);
  for (let i = DIGITS - 1; i >= 0; i--) {
    double(SUM, SUM);
    addColdDigit(digitAt(KEY_DIGITS, i));
    addDigit(digitAt(BASE_DIGITS, i), BASE_TABLE);
  }
  return isAffine(SUM, R8);
}

/** The same with the table of the key at SIGNED. */
export function verifyWithTable(table: usize): bool {
  if (!prepareCheck()) return false;
  identity(SUM);
  for (let i = COMB_BITS - 1; i >= 0; i--) {
    double(SUM, SUM);
    for (let c = 0; c < COMBS; c++) {
      const at = i + c * COMB_BITS;
      addDigit(digitAt(KEY_DIGITS, at), table + <usize>c * KEY_COMB);
      addDigit(digitAt(BASE_DIGITS, at), BASE_TABLE + <usize>c * BASE_COMB);
    }
  }
  return isAffine(SUM, R8);
}

/** CHOSEN = WINDOW_TABLE[index], reading all of it. */
function choose(index: i32): void {
  memory.fill(CHOSEN, 0, CACHED);
  for (let i = 0; i < 16; i++) {
    const difference = i ^ index;
    const mask = ((difference | -difference) >> 31) ^ -1;
    const from = WINDOW_TABLE + <usize>i * CACHED;
    for (let at: usize = 0; at < CACHED; at += 4)
      store<i32>(CHOSEN + at, load<i32>(CHOSEN + at) | (load<i32>(from + at) & mask));
  }
}

/** Replaces the scalar in the first 32 bytes at SIGNED by its multiple of the base point, 64 bytes. */
export function multiplyBase(): void {
  identity(SUM);
  for (let i = 63; i >= 0; i--) {
    for (let bit = 0; bit < 4; bit++) double(SUM, SUM);
    choose((load<u8>(SIGNED + (<usize>i >> 1)) >> ((i & 1) << 2)) & 15);
    addCached(SUM, SUM, CHOSEN);
  }
  toAffine(SIGNED, SUM);
}
