import type { StandingFault } from "../execution/standing.ts";
import type { ShapeFault } from "../ordering/request-shape.ts";

/**
 * Why a request was turned away before it was logged. Nothing changed: no nonce is burned, no fee is paid, and the
 * log never saw it. (What is logged and then refused is an outcome, with a code of exchange/refusal.ts.)
 */
export type AdmissionCode =
  | ShapeFault
  | StandingFault
  | "unknownMarket"
  /** The price is zero or not a multiple of the market's price increment. */
  | "offTick"
  /** The size is zero or not a multiple of the market's size increment. */
  | "offLot"
  /** The order's expiry has passed. */
  | "expired"
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
