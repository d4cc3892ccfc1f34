/** What the replay sends, in ticks and shares; accounts are numbered among themselves, from 0. */
import type { RestingSide } from "./lobster-message.ts";

export type ReplayOrder =
  | {
      readonly kind: "place";
      readonly owner: number;
      readonly slot: number;
      readonly side: RestingSide;
      readonly price: number;
      readonly size: number;
    }
  | { readonly kind: "cancel"; readonly owner: number; readonly slot: number }
  /** Immediate or cancel, at the price of the resting orders it is to hit. */
  | { readonly kind: "take"; readonly side: RestingSide; readonly price: number; readonly size: number };

/** Why a message made no order. */
export type SkipReason =
  /** Executions of hidden orders, crosses and halts: nothing of the displayed book changes. */
  | "hidden"
  /** Names an order from before the file, of a level that the first row does not show. */
  | "unknown"
  /** Prices between two ticks. */
  | "offTick";
