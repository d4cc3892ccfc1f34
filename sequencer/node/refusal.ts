/**
 * Why a request was turned away before it was logged. Nothing changed: no nonce is burned, no fee is paid, and the
 * log never saw it. (What is logged and then refused is an outcome, with a code of exchange/refusal.ts.)
 */
export type AdmissionCode =
  /** Not one command with the payload words that its type needs, in their order. */
  | "malformed"
  /** More words than a request has, or a word of more than 248 bits. */
  | "oversized"
  /** The last word is of a type that nobody signs. */
  | "unknownType"
  /** A bit is set that the type does not use. */
  | "spareBits"
  /** The word claims to come from the L1 queue. */
  | "l1Mark"
  /** The outcome bits are the sequencer's. */
  | "outcomeBits"
  /** The slot is not one of the tree's. */
  | "unknownSlot"
  /** The account is not registered. */
  | "unknownAccount"
  | "unknownMarket"
  /** The price is zero or not a multiple of the market's price increment. */
  | "offTick"
  /** The size is zero or not a multiple of the market's size increment. */
  | "offLot"
  /** The order's expiry has passed. */
  | "expired"
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
  | "unfunded"
  /** The account has as many requests waiting as one account may have. */
  | "tooManyPending"
  /** The signature does not verify. */
  | "badSignature"
  /** No room; come back after retryAfterMs. Cancels, reduce-only orders and withdrawals have room of their own. */
  | "busy"
  /** The node is shutting down. */
  | "closing";

export interface Refusal {
  readonly refused: AdmissionCode;
  /** One sentence for a person. */
  readonly message: string;
  /** With `busy` only. */
  readonly retryAfterMs?: number;
}

export const isRefusal = (answer: object): answer is Refusal => "refused" in answer;
