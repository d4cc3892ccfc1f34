/**
 * The door: what is checked before a request is logged, cheap things first, the signature last. Whatever passes here
 * is consumed by the machine with its nonce burned: the log never holds what cannot be made to pay.
 */

import type { Exchange } from "../exchange/exchange.ts";
import { WORD_BITS } from "../exchange/limits.ts";
import { decodeWord, type WordFields, WordType } from "../exchange/word.ts";
import { type KeyHashes, standingFault } from "../execution/standing.ts";
import { accountOf } from "../ordering/block-order.ts";
import { type EntryClass, signedClass } from "../ordering/entry.ts";
import { MAX_REQUEST_WORDS } from "../ordering/limits.ts";
import { shapeFault } from "../ordering/request-shape.ts";
import { isOnCurve, verify } from "../signature/eddsa.ts";
import type { KeyTables } from "../signature/key-tables.ts";
import { keyHash, requestMessage, type SignedRequest } from "../signature/request.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import type { Pending } from "./pending.ts";
import type { AdmissionCode } from "./refusal.ts";
import type { SequencerSettings } from "./settings.ts";

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
  const { exchange, pending, poseidon, settings } = door;
  const shape = shapeFault(request.words, ARITY ** settings.dimensions.orderDepth);
  if (shape !== null) return shape;
  const command = request.words.at(-1)!;
  return (
    checkOrder(door, decodeWord(command)) ??
    standingFault(exchange, keyHashes(poseidon), request, pending) ??
    (pending.of(accountOf(command)).length >= settings.limits.maxPendingPerAccount
      ? "tooManyPending"
      : null) ??
    (door.hasRoom(signedClass(command)) ? null : "busy") ??
    checkSignature(door, request)
  );
}

function checkOrder({ exchange, settings }: Door, fields: WordFields): Verdict {
  if (fields.type !== WordType.place) return null;
  if (fields.market >= exchange.markets.length) return "unknownMarket";
  const { price, size } = settings.increments[fields.market] ?? { price: 1, size: 1 };
  if (fields.price === 0 || fields.price % price !== 0) return "offTick";
  if (fields.size === 0 || fields.size % size !== 0) return "offLot";
  return fields.expiry !== 0 && fields.expiry <= exchange.machine.time ? "expired" : null;
}

/** What the door and every block ask of keys. */
export const keyHashes = (poseidon: Poseidon): KeyHashes => ({
  isOnCurve: (key) => isOnCurve(poseidon, key),
  keyHash: (key) => keyHash(poseidon.hash, key),
});

function checkSignature({ exchange, poseidon, tables }: Door, request: SignedRequest): Verdict {
  const message = requestMessage(poseidon.hash, exchange.machine.domain, request.words);
  const { publicKey, signature } = request;
  return verify(poseidon, message, publicKey, signature, tables) ? null : "badSignature";
}

export const MESSAGES: Readonly<Record<AdmissionCode, string>> = {
  malformed: "A request is one command, with two payload words before it if it sets a trading key.",
  oversized: `A request has at most ${MAX_REQUEST_WORDS} words of ${WORD_BITS} bits.`,
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
