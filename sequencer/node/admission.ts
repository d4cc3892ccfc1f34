/**
 * The door: what is checked before a request is logged, cheap things first, the signature last. Whatever passes here
 * is consumed by the machine with its nonce burned: the log never holds what cannot be made to pay.
 */

import { isSigned } from "../exchange/decide.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { pow2, WORD_BITS } from "../exchange/limits.ts";
import { marginOf } from "../exchange/margin.ts";
import type { Account } from "../exchange/state.ts";
import { decodeWord, isL1, outcomeOf, Scope, typeOf, type WordFields, WordType } from "../exchange/word.ts";
import { type EntryClass, signedClass } from "../ordering/entry.ts";
import { isOnCurve, verify } from "../signature/eddsa.ts";
import type { KeyTables } from "../signature/key-tables.ts";
import { keyHash, requestMessage, type SignedRequest } from "../signature/request.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import type { Pending } from "./pending.ts";
import type { AdmissionCode } from "./refusal.ts";
import type { SequencerSettings } from "./settings.ts";
import { hasSpareBits } from "./word-masks.ts";

/** Words of the longest request: a new trading key with its two payload words. */
const MAX_WORDS = 3;

/** What the door looks at. */
export interface Door {
  readonly exchange: Exchange;
  readonly pending: Pending;
  readonly poseidon: Poseidon;
  readonly tables: KeyTables;
  readonly settings: SequencerSettings;
  /** Whether there is room for a request of this class. */
  hasRoom(of: EntryClass): boolean;
}

type Verdict = AdmissionCode | null;

/** Why a request is turned away, or null. */
export function checkRequest(door: Door, request: SignedRequest): Verdict {
  const { words } = request;
  const shape = checkShape(words);
  if (shape !== null) return shape;
  const command = words.at(-1)!;
  const fields = decodeWord(command);
  const { exchange, settings } = door;
  if (usesSlot(fields) && fields.slot >= ARITY ** settings.dimensions.orderDepth) return "unknownSlot";
  const account = exchange.accounts.get(fields.account);
  if (account === undefined || fields.account === 0 || fields.account >= exchange.machine.nextAccount)
    return "unknownAccount";
  return (
    checkOrder(door, fields) ??
    checkKey(door, fields, account, request) ??
    checkStanding(door, fields, account) ??
    (door.hasRoom(signedClass(command)) ? null : "busy") ??
    checkSignature(door, request)
  );
}

function checkShape(words: readonly bigint[]): Verdict {
  if (words.length > MAX_WORDS) return "oversized";
  if (words.some((word) => word < 0n || word >= pow2(WORD_BITS))) return "oversized";
  const command = words.at(-1);
  if (command === undefined) return "malformed";
  if (!isSigned(typeOf(command))) return "unknownType";
  const types = words.slice(0, -1).map(typeOf);
  const wanted =
    typeOf(command) === WordType.setTradingKey ? [WordType.payloadHigh, WordType.payloadLow] : [];
  if (types.length !== wanted.length || types.some((type, i) => type !== wanted[i])) return "malformed";
  if (words.some(isL1)) return "l1Mark";
  if (words.some((word) => outcomeOf(word) !== 0)) return "outcomeBits";
  return words.some((word) => hasSpareBits(typeOf(word), word)) ? "spareBits" : null;
}

/** A new key's scope lies where other words have the slot, and opens the leaf of that number. */
const usesSlot = ({ type }: WordFields): boolean =>
  type === WordType.place || type === WordType.cancel || type === WordType.setTradingKey;

function checkOrder({ exchange, settings }: Door, fields: WordFields): Verdict {
  if (fields.type !== WordType.place) return null;
  if (fields.market >= exchange.markets.length) return "unknownMarket";
  const { price, size } = settings.increments[fields.market] ?? { price: 1, size: 1 };
  if (fields.price === 0 || fields.price % price !== 0) return "offTick";
  if (fields.size === 0 || fields.size % size !== 0) return "offLot";
  return fields.expiry !== 0 && fields.expiry <= exchange.machine.time ? "expired" : null;
}

function checkKey(door: Door, fields: WordFields, account: Account, request: SignedRequest): Verdict {
  const byTradingKey = fields.keySelector === 1;
  if (fields.keyVersion !== (byTradingKey ? account.keyVersion : 0)) return "staleKey";
  if (byTradingKey && door.pending.changesKey(fields.account)) return "staleKey";
  // Off the curve or not canonical: no account has it, and hashing would reduce it to one that an account may have.
  if (!isOnCurve(door.poseidon, request.publicKey)) return "unknownKey";
  const hash = keyHash(door.poseidon.hash, request.publicKey);
  if (hash !== (byTradingKey ? account.tradingKey : account.ownerKey)) return "unknownKey";
  if (!byTradingKey) return null;
  const { time } = door.exchange.machine;
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
const furthestNonce = (time: number): number => Math.max(0, time - NONCE_CLOCK_START) + NONCE_LEAD;
const NONCE_CLOCK_START = 1_735_689_600;
const NONCE_LEAD = 2 ** 24;

function checkStanding({ exchange, pending, settings }: Door, fields: WordFields, account: Account): Verdict {
  if (!pending.isFreshNonce(account, fields.account, fields.keySelector, fields.nonce)) return "usedNonce";
  if (fields.nonce > furthestNonce(exchange.machine.time)) return "nonceTooFar";
  const waiting = pending.of(fields.account).length;
  const fees = exchange.machine.requestFee * BigInt(waiting + 1);
  if (marginOf(account, exchange.markets).equity < fees) return "unfunded";
  return waiting >= settings.limits.maxPendingPerAccount ? "tooManyPending" : null;
}

function checkSignature({ exchange, poseidon, tables }: Door, request: SignedRequest): Verdict {
  const message = requestMessage(poseidon.hash, exchange.machine.domain, request.words);
  const { publicKey, signature } = request;
  return verify(poseidon, message, publicKey, signature, tables) ? null : "badSignature";
}

export const MESSAGES: Readonly<Record<AdmissionCode, string>> = {
  malformed: "A request is one command, with two payload words before it if it sets a trading key.",
  oversized: `A request has at most ${MAX_WORDS} words of ${WORD_BITS} bits.`,
  unknownType: "The last word must be a command that traders sign.",
  spareBits: "A bit is set that this type does not use.",
  l1Mark: "Only the L1 queue sets the l1 bit.",
  outcomeBits: "Outcome bits are zero in what is signed.",
  unknownSlot: "The slot number is beyond the slots of an account.",
  unknownAccount: "The account is not registered.",
  unknownMarket: "There is no such market.",
  offTick: "The price is zero or not a multiple of the market's price increment.",
  offLot: "The size is zero or not a multiple of the market's size increment.",
  expired: "The order's expiry has passed.",
  unknownKey: "The public key is not the account's key for this selector.",
  staleKey: "The trading key's version is not the current one, or is about to be replaced.",
  keyExpired: "The trading key has expired.",
  outOfScope: "The trading key may not sign this type.",
  usedNonce: "The nonce was used or is below the window; look for the receipt of this word.",
  nonceTooFar: "The nonce is too far ahead of the clock; nonces count about one a second from 2025 on.",
  unfunded: "Equity does not cover the fees of this and the waiting requests.",
  tooManyPending: "Too many requests of this account are waiting.",
  badSignature: "The signature does not verify.",
  busy: "The queue is full; cancels, reduce-only orders and withdrawals have room of their own.",
  closing: "The node is shutting down or has stopped for a fault.",
};
