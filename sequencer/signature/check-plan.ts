/**
 * Many checks of signatures in one buffer, for another thread or for this one: all their Poseidon hashes are one plan, so that the
 * kernel computes them in pairs; each equation is then checked by itself (eddsa.ts).
 *
 *   slots        capacity of requests, domain, capacity 0; then of each request:
 *                command, payloadHigh, payloadLow, Ax, Ay, R8x, R8y, M, S, h
 */

import { HashDomain } from "../exchange/encode.ts";
import { FIELD_MODULUS } from "../exchange/field.ts";
import type { Kernel } from "../kernel/kernel.ts";
import { NUMBER_WORDS, readNumber, writeNumber } from "../kernel/numbers.ts";
import type { KeyTables } from "./key-tables.ts";
import { type SignedRequest, signedWords } from "./request.ts";

const [REQUEST_CAPACITY, DOMAIN, NO_CAPACITY, FIRST] = [0, 1, 2, 3];
const SLOTS = 10;
/** Places among the slots of a request. */
const [KEY_X, KEY_Y, R8_X, R8_Y, MESSAGE, H] = [3, 4, 5, 6, 7, 9];

/** What no check accepts, in place of what has more than 256 bits. */
const NO_NUMBER = 2n ** 256n - 1n;

export function packChecks(domain: bigint, requests: readonly SignedRequest[]): BigUint64Array<ArrayBuffer> {
  const values = new BigUint64Array((FIRST + SLOTS * requests.length) * NUMBER_WORDS);
  writeNumber(values, REQUEST_CAPACITY * NUMBER_WORDS, HashDomain.request);
  writeNumber(values, DOMAIN * NUMBER_WORDS, domain % FIELD_MODULUS);
  let at = FIRST * NUMBER_WORDS;
  for (const { words, publicKey, signature } of requests) {
    const [command, high, low] = signedWords(words);
    const numbers = [command, high, low, ...publicKey, ...signature.r8, 0n, signature.s];
    for (const number of numbers) {
      writeNumber(values, at, number < 0n || number > NO_NUMBER ? NO_NUMBER : number);
      at += NUMBER_WORDS;
    }
    at += NUMBER_WORDS;
  }
  return values;
}

/** Whether each signature is good: 1, or 0. `tables` belong to the same kernel. */
export function runChecks(
  kernel: Kernel,
  packed: BigUint64Array<ArrayBuffer>,
  tables: KeyTables,
): Uint8Array {
  const count = (packed.length / NUMBER_WORDS - FIRST) / SLOTS;
  const values = kernel.run({ values: packed, hashes: hashesOf(count) });
  return Uint8Array.from({ length: count }, (_, i) => {
    const keyAt = (FIRST + SLOTS * i + KEY_X) * NUMBER_WORDS;
    const table = tables.of([readNumber(values, keyAt), readNumber(values, keyAt + NUMBER_WORDS)]);
    return kernel.verifyAt(values, keyAt, table) ? 1 : 0;
  });
}

/** All messages, then each h, which takes its message. */
function hashesOf(count: number): Int32Array<ArrayBuffer> {
  const messages: number[] = [];
  const challenges: number[] = [];
  for (let slot = FIRST; slot < FIRST + SLOTS * count; slot += SLOTS) {
    messages.push(5, REQUEST_CAPACITY, slot + MESSAGE, DOMAIN, slot, slot + 1, slot + 2);
    const inputs = [R8_X, R8_Y, KEY_X, KEY_Y, MESSAGE].map((place) => slot + place);
    challenges.push(6, NO_CAPACITY, slot + H, ...inputs);
  }
  return Int32Array.from([...messages, ...challenges]);
}
