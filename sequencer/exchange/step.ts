/**
 * What one step does. `decide` makes it from the state and perhaps a word; `apply` carries it out, the
 * counterparty first, then the active account. The circuit proves exactly this much per step.
 */
import type { Margin } from "./margin.ts";
import type { RefusalCode } from "./refusal.ts";
import type { Account, Lots, OrderName, Quanta, Seconds, Taker, Ticks } from "./state.ts";
import { Outcome, type WordFields } from "./word.ts";

export type RemovalReason =
  | "dead"
  | "expired"
  | "selfTrade"
  | "nothingToReduce"
  /** The maker holds a position in a market without a fresh price, and the fill would not reduce. */
  | "holdsStale"
  | "underMargined";
export type StopReason = "nothingToReduce" | "staleMarket" | "underMargined" | "openInterestCap";
export type DropReason = "immediateOrCancel" | "nothingToReduce" | "underMargined";

export type Action =
  | { readonly kind: "none" }
  | {
      readonly kind: "tick";
      readonly time: Seconds;
      readonly fresh: readonly boolean[];
      readonly deltas: readonly Ticks[];
    }
  | { readonly kind: "payload"; readonly half: "high" | "low"; readonly l1: boolean; readonly data: bigint }
  | { readonly kind: "register"; readonly ownerKey: bigint; readonly amount: Quanta }
  | { readonly kind: "deposit"; readonly amount: Quanta }
  | { readonly kind: "withdraw"; readonly amount: Quanta }
  | { readonly kind: "transfer"; readonly amount: Quanta }
  | { readonly kind: "cancelAll" }
  | { readonly kind: "setTradingKey"; readonly key: bigint; readonly scope: number; readonly expiry: Seconds }
  /** Cancel or expire: the active order leaves its list. */
  | { readonly kind: "unlink" }
  | { readonly kind: "fill"; readonly taker: Taker; readonly lots: Lots }
  | { readonly kind: "removeMaker"; readonly taker: Taker; readonly reason: RemovalReason }
  | { readonly kind: "stopTaker"; readonly taker: Taker; readonly reason: StopReason }
  | { readonly kind: "rest"; readonly taker: Taker }
  | { readonly kind: "dropTaker"; readonly taker: Taker; readonly reason: DropReason };

export interface Step {
  /** The consumed word without its outcome, or zero: a continued taker, or a no-op. */
  readonly word: bigint;
  readonly outcome: number;
  readonly code: RefusalCode | null;
  /** Whether the active account's nonce is burned, and the fee it pays. */
  readonly burnsNonce: boolean;
  readonly fee: Quanta;
  readonly action: Action;
  /** Maker at the head, predecessor in a list, or receiver of a transfer. */
  readonly counterparty: OrderName | null;
  readonly active: OrderName | null;
}

/** A step that does nothing: padding, and what every other step starts from. */
export const NO_OP: Step = {
  word: 0n,
  outcome: Outcome.accepted,
  code: null,
  burnsNonce: false,
  fee: 0n,
  action: { kind: "none" },
  counterparty: null,
  active: null,
};

/** A signed request that passed authentication, with its account's margin after the fee. */
export interface Request {
  readonly word: bigint;
  readonly fields: WordFields;
  readonly account: Account;
  readonly margin: Margin;
  readonly fee: Quanta;
}

/** What a request may do to itself and, for a transfer or a list, to one other account. */
export type Verdict = Pick<Step, "action" | "counterparty">;
export type Ruling = RefusalCode | Verdict;
