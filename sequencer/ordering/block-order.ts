/**
 * The order of signed requests inside a block, a rule that every validator checks:
 *
 *   1. classes: relief, post-only, takers; one that follows a later class of its own account joins it, so that a
 *      cancel never overtakes the order it cancels;
 *   2. inside a class accounts by H(seed, account), which no trader can foresee;
 *   3. an account's own requests as they came.
 *
 * As they came cannot be seen from a block. What can: nonces of one key rise inside a block. So a leader cannot turn
 * around what a client signed in order (and no request can be in a block twice); a client that sends a lower nonce
 * after a higher one is served a block later.
 */
import { hash } from "node:crypto";
import type { Hash } from "../consensus/messages.ts";
import { lowBits } from "../exchange/bits.ts";
import { FIELDS, nonceOf } from "../exchange/word.ts";
import { signedClass } from "./entry.ts";
import { bytesOf } from "./seed.ts";

/** Something that ends with a signed command. */
interface WithWords {
  readonly words: readonly bigint[];
}

const ACCOUNT_MASK = 2 ** FIELDS.account[1] - 1;
const KEY_BITS = BigInt(FIELDS.account[1] + FIELDS.keySelector[1] + FIELDS.keyVersion[1]);
const ACCOUNT_OFFSET = BigInt(FIELDS.account[0]);

export const commandOf = ({ words }: WithWords): bigint => words.at(-1)!;
export const accountOf = (command: bigint): number => (lowBits(command) >>> FIELDS.account[0]) & ACCOUNT_MASK;

/** Account, key selector and key version as one number: nonces of different ones have nothing to do with each other. */
const keyOf = (command: bigint): number =>
  Number(BigInt.asUintN(Number(KEY_BITS), command >> ACCOUNT_OFFSET));

/** Remembers the last nonce of each key; says whether the next one rises. */
export class NonceOrder {
  private readonly last = new Map<number, number>();

  rises(command: bigint): boolean {
    return nonceOf(command) > (this.last.get(keyOf(command)) ?? -1);
  }

  add(command: bigint): void {
    this.last.set(keyOf(command), nonceOf(command));
  }
}

interface Ranked {
  readonly rank: number;
  readonly place: number;
  readonly account: number;
}

/** Ranks requests that are given in the order of their accounts. */
function ranker(seed: Hash): (command: bigint) => Ranked {
  const seedBytes = bytesOf(seed);
  const known = new Map<number, { place: number; latest: number }>();
  return (command) => {
    const account = accountOf(command);
    let of = known.get(account);
    if (of === undefined) {
      of = { place: placeOf(seedBytes, account), latest: 0 };
      known.set(account, of);
    }
    const own = signedClass(command);
    of.latest = Math.max(of.latest, own);
    return { rank: of.latest, place: of.place, account };
  };
}

/** The first 48 bits of H(seed, account). */
function placeOf(seed: Uint8Array, account: number): number {
  const number = Buffer.alloc(4);
  number.writeUInt32BE(account);
  return hash("sha256", Buffer.concat([seed, number]), "buffer").readUIntBE(0, 6);
}

const compare = (a: Ranked, b: Ranked): number =>
  a.rank - b.rank || a.place - b.place || a.account - b.account;

/** Puts requests, given in order of arrival, into the order of a block. */
export function inSeededOrder<R extends WithWords>(seed: Hash, requests: readonly R[]): R[] {
  const rankOf = ranker(seed);
  const ranked = requests.map((request) => ({ request, ranked: rankOf(commandOf(request)) }));
  // Array.prototype.sort is stable.
  return ranked.sort((a, b) => compare(a.ranked, b.ranked)).map(({ request }) => request);
}

/** Whether requests stand in the order of a block. */
export function isInSeededOrder(seed: Hash, requests: readonly WithWords[]): boolean {
  const rankOf = ranker(seed);
  let before: Ranked | null = null;
  for (const request of requests) {
    const ranked = rankOf(commandOf(request));
    if (before !== null && compare(before, ranked) > 0) return false;
    before = ranked;
  }
  return true;
}
