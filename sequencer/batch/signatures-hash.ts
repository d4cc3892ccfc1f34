/**
 * Hash of the signatures that nodes serve to provers: the chain stores it, anyone who holds them can check it. SHA-256, which
 * Node computes natively and a contract could, too (precompile 2); keccak in JavaScript took a twentieth of a node's time.
 */
import { hash } from "node:crypto";
import { pow2, WORD_BITS } from "../exchange/limits.ts";
import type { JobStep } from "./job.ts";

const NUMBER_BYTES = 32;
const NUMBERS = 5;

/** SHA-256 over Ax, Ay, R8x, R8y, S of every signed step in order, 32 bytes each; its low 248 bits. */
export function signaturesHash(steps: readonly Pick<JobStep, "authority">[]): bigint {
  const signed = steps.flatMap(({ authority }) => authority ?? []);
  const bytes = new DataView(new ArrayBuffer(signed.length * NUMBERS * NUMBER_BYTES));
  let at = 0;
  for (const { publicKey, signature } of signed)
    for (const value of [...publicKey, ...signature.r8, signature.s]) {
      writeNumber(bytes, at, value);
      at += NUMBER_BYTES;
    }
  return readNumber(viewOf(hash("sha256", new Uint8Array(bytes.buffer), "buffer"))) % pow2(WORD_BITS);
}

/** 32 bytes, big end first; of each word the view takes the low 64 bits. */
function writeNumber(bytes: DataView, at: number, value: bigint): void {
  for (let word = 0; word < 4; word++) bytes.setBigUint64(at + 24 - 8 * word, value >> BigInt(64 * word));
}

const readNumber = (bytes: DataView): bigint =>
  [0, 8, 16, 24].reduce((number, at) => (number << 64n) | bytes.getBigUint64(at), 0n);

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
