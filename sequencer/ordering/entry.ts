/** What gets ordered: one request, or one thing that nobody signs, with words that must stay together. */
import { bitsAt, layOut } from "../exchange/bits.ts";
import { decodeWord, FIELDS, isL1, typeOf, WordType } from "../exchange/word.ts";
import type { Point, Signature } from "../signature/request.ts";

/** Classes of a block, in the order in which they execute. */
export const EntryClass = {
  /** The L1 queue and the tick. */
  system: 0,
  /** Dead orders near the heads, cleared before takers would pay a step for each. */
  expire: 1,
  /** Cancels, reduce-only orders, withdrawals, transfers, keys: what must get through when all else does not. */
  relief: 2,
  postOnly: 3,
  taker: 4,
} as const;
export type EntryClass = (typeof EntryClass)[keyof typeof EntryClass];

/** A signature that was checked at the door. */
export interface Authority {
  readonly publicKey: Point;
  readonly signature: Signature;
}

export interface Entry {
  /** Payload words first, the command last. */
  readonly words: readonly bigint[];
  readonly class: EntryClass;
  /** Whose entry it is: an account's entries keep their order. Null for what nobody signs. */
  readonly account: number | null;
  readonly authority: Authority | null;
}

export const signedEntry = (words: readonly bigint[], authority: Authority): Entry => {
  const command = words.at(-1)!;
  return { words, class: signedClass(command), account: decodeWord(command).account, authority };
};

/** L1 requests, ticks, expiries. */
export const unsignedEntry = (words: readonly bigint[]): Entry => ({
  words,
  class: typeOf(words.at(-1)!) === WordType.expire ? EntryClass.expire : EntryClass.system,
  account: null,
  authority: null,
});

/** Asked for every request that waits, with every block: reads its three fields and no more. */
export function signedClass(command: bigint): EntryClass {
  if (typeOf(command) !== WordType.place) return EntryClass.relief;
  layOut(command);
  if (bitsAt(...FIELDS.reduceOnly) === 1) return EntryClass.relief;
  return bitsAt(...FIELDS.postOnly) === 1 ? EntryClass.postOnly : EntryClass.taker;
}

/** Splits words of the L1 queue into requests: a registration has two payload words before it. */
export function l1Entries(words: readonly bigint[]): Entry[] {
  const entries: Entry[] = [];
  let group: bigint[] = [];
  for (const word of words) {
    if (!isL1(word)) throw new Error("a word of the L1 queue carries no L1 mark");
    group.push(word);
    if (isPayload(word)) continue;
    entries.push(unsignedEntry(group));
    group = [];
  }
  if (group.length > 0) throw new Error("the L1 queue was handed over in the middle of a request");
  return entries;
}

const isPayload = (word: bigint): boolean =>
  typeOf(word) === WordType.payloadHigh || typeOf(word) === WordType.payloadLow;
