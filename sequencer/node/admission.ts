/**
 * The door: what is checked before a request is held, but for its signature. Whatever passes and can still be made to pay
 * when its turn comes (execution/standing.ts) is consumed by the machine with its nonce burned. The signature comes last,
 * since it costs most (solo-sequencer.ts).
 */

import type { Exchange } from "../exchange/exchange.ts";
import { WORD_BITS } from "../exchange/limits.ts";
import { decodeWord, type WordFields, WordType } from "../exchange/word.ts";
import { type KeyHashes, type RequestsAhead, standingFault } from "../execution/standing.ts";
import { accountOf } from "../ordering/block-order.ts";
import { type EntryClass, signedClass } from "../ordering/entry.ts";
import { MAX_REQUEST_WORDS } from "../ordering/limits.ts";
import { shapeFault } from "../ordering/request-shape.ts";
import type { SignedRequest } from "../signature/request.ts";
import { ARITY } from "../state-tree/sparse-tree.ts";
import type { AdmissionCode } from "./refusal.ts";
import type { SequencerSettings } from "./settings.ts";

/** What the door looks at. */
export interface Door {
  readonly exchange: Exchange;
  readonly pending: RequestsAhead;
  readonly keys: KeyHashes;
  readonly settings: SequencerSettings;
  /** Whether there is room for a request of this class. */
  hasRoom(of: EntryClass): boolean;
}

type Verdict = AdmissionCode | null;

/** Why a request is turned away whatever its signature, or null. */
export function checkRequest(door: Door, request: SignedRequest): Verdict {
  const { exchange, pending, keys, settings } = door;
  const shape = shapeFault(request.words, ARITY ** settings.dimensions.orderDepth);
  if (shape !== null) return shape;
  const command = request.words.at(-1)!;
  return (
    checkOrder(door, decodeWord(command)) ??
    standingFault(exchange, keys, request, pending) ??
    (pending.of(accountOf(command)).length >= settings.limits.maxPendingPerAccount
      ? "tooManyPending"
      : null) ??
    (door.hasRoom(signedClass(command)) ? null : "busy")
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
