/** A signed request as it travels: its words and one signature over all of them. */
import { FIELD_MODULUS } from "../exchange/field.ts";
import { payloadOf, typeOf, WordType } from "../exchange/word.ts";
import type { Hash } from "../state-tree/poseidon.ts";

/** A point of BabyJubJub in affine coordinates, each below the field modulus. */
export type Point = readonly [x: bigint, y: bigint];

export interface Signature {
  readonly r8: Point;
  /** Below the subgroup order. */
  readonly s: bigint;
}

/** The words in log order: payload words first, the signed command last. */
export interface SignedRequest {
  readonly words: readonly bigint[];
  readonly publicKey: Point;
  readonly signature: Signature;
}

/** A name under which a key may be remembered, another one for every key; none for what is not canonical. */
export const nameOfKey = ([x, y]: Point): bigint | undefined =>
  x >= 0n && x < FIELD_MODULUS && y >= 0n && y < FIELD_MODULUS ? (x << 256n) | y : undefined;

/** What the state stores of a public key. */
export const keyHash = (hash: Hash, publicKey: Point): bigint => hash("key", publicKey);

/**
 * What is signed: H(domain, command word with zero outcome, payloadHigh, payloadLow); payloads are zero unless
 * the command uses them.
 */
export const requestMessage = (hash: Hash, domain: bigint, words: readonly bigint[]): bigint =>
  hash("request", [domain % FIELD_MODULUS, ...signedWords(words)]);

/** What of the words is signed, in the order of the hash. */
export function signedWords(words: readonly bigint[]): [command: bigint, high: bigint, low: bigint] {
  const command = words.at(-1)!;
  const usesPayload = typeOf(command) === WordType.setTradingKey;
  return usesPayload ? [command, payloadOf(words[0]!), payloadOf(words[1]!)] : [command, 0n, 0n];
}
