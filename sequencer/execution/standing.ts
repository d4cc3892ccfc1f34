/**
 * Whether a request could be made to pay if it were logged now. What cannot pay cannot be logged: the door asks before
 * it takes a request, and every node asks again before it executes one of a block, because a faulty leader has no door.
 *
 * What passes at the very state in which the machine meets it is consumed with its nonce burned and its fee paid.
 */
import type { Exchange } from "../exchange/exchange.ts";
import { marginOf } from "../exchange/margin.ts";
import { isFreshNonce, noncesOf } from "../exchange/nonce.ts";
import type { Account, Seconds } from "../exchange/state.ts";
import { decodeWord, Scope, type WordFields, WordType } from "../exchange/word.ts";
import type { Point } from "../signature/request.ts";

export type StandingFault =
  /** The account is not registered. */
  | "unknownAccount"
  /** The public key is not the one that the account names for this selector. */
  | "unknownKey"
  /** Signed with another version of the trading key than the current one, or one that is about to be replaced. */
  | "staleKey"
  /** The trading key has expired. */
  | "keyExpired"
  /** The trading key may not sign this type. */
  | "outOfScope"
  /** The nonce was used or is below the window, counting requests that wait. */
  | "usedNonce"
  /** The nonce lies so far ahead that using it would leave too few: a stray or hostile key could lock the owner out. */
  | "nonceTooFar"
  /** Equity does not cover the fee of this request and of those that wait. */
  | "unfunded";

/** Requests that will execute before the one in question: they count as if they had been. */
export interface RequestsAhead {
  of(account: number): { readonly length: number };
  changesKey(account: number): boolean;
  isFreshNonce(account: Account, index: number, keySelector: number, nonce: number): boolean;
}

const NOTHING_AHEAD: RequestsAhead = {
  of: () => [],
  changesKey: () => false,
  isFreshNonce: (account, _, keySelector, nonce) => isFreshNonce(noncesOf(account, keySelector), nonce),
};

/** What is to be known of public keys. */
export interface KeyHashes {
  isOnCurve(key: Point): boolean;
  /** What the state stores of a key. */
  keyHash(key: Point): bigint;
}

interface Signed {
  readonly words: readonly bigint[];
  readonly publicKey: Point;
}

/** The words are well-formed (ordering/request-shape.ts). */
export function standingFault(
  exchange: Exchange,
  keys: KeyHashes,
  { words, publicKey }: Signed,
  ahead: RequestsAhead = NOTHING_AHEAD,
): StandingFault | null {
  const fields = decodeWord(words.at(-1)!);
  const account = exchange.accounts.get(fields.account);
  if (account === undefined || fields.account === 0 || fields.account >= exchange.machine.nextAccount)
    return "unknownAccount";
  return (
    keyFault(exchange.machine.time, keys, fields, account, publicKey, ahead) ??
    payFault(exchange, fields, account, ahead)
  );
}

function keyFault(
  time: Seconds,
  keys: KeyHashes,
  fields: WordFields,
  account: Account,
  publicKey: Point,
  ahead: RequestsAhead,
): StandingFault | null {
  const byTradingKey = fields.keySelector === 1;
  if (fields.keyVersion !== (byTradingKey ? account.keyVersion : 0)) return "staleKey";
  if (byTradingKey && ahead.changesKey(fields.account)) return "staleKey";
  // Off the curve or not canonical: no account has it, and hashing would reduce it to one that an account may have.
  if (!keys.isOnCurve(publicKey)) return "unknownKey";
  if (keys.keyHash(publicKey) !== (byTradingKey ? account.tradingKey : account.ownerKey)) return "unknownKey";
  if (!byTradingKey) return null;
  if (account.keyExpiry !== 0 && account.keyExpiry <= time) return "keyExpired";
  return (account.scope & scopeOf(fields.type)) === 0 ? "outOfScope" : null;
}

/** The bit that a trading key needs; naming keys is the owner's alone. */
function scopeOf(type: number): number {
  if (type === WordType.place) return Scope.place;
  if (type === WordType.withdraw) return Scope.withdraw;
  if (type === WordType.transfer) return Scope.transfer;
  return type === WordType.setTradingKey ? 0 : Scope.cancel;
}

/**
 * A window that moves on never comes back: one jump of a faulty client to the end of the range would be the owner
 * key's last. So a nonce may run ahead of one per second since 2025, the SDK's way of counting, by 2^24 and no more.
 */
const furthestNonce = (time: Seconds): number => Math.max(0, time - NONCE_CLOCK_START) + NONCE_LEAD;
const NONCE_CLOCK_START = 1_735_689_600;
const NONCE_LEAD = 2 ** 24;

function payFault(
  { machine, markets }: Exchange,
  { account: index, keySelector, nonce }: WordFields,
  account: Account,
  ahead: RequestsAhead,
): StandingFault | null {
  if (!ahead.isFreshNonce(account, index, keySelector, nonce)) return "usedNonce";
  if (nonce > furthestNonce(machine.time)) return "nonceTooFar";
  const fees = machine.requestFee * BigInt(ahead.of(index).length + 1);
  return marginOf(account, markets).equity < fees ? "unfunded" : null;
}
