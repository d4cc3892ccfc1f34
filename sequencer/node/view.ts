/** What the node tells about itself: plain values, copied out of the state, safe to keep. */
import type { RefusalCode } from "../exchange/refusal.ts";
import type {
  Account,
  Lots,
  Order,
  OrderName,
  Quanta,
  ScaledQuanta,
  Seconds,
  Ticks,
} from "../exchange/state.ts";
import type { OutcomeName, Side, WordTypeName } from "../exchange/word.ts";

/** Ordered: in the log of this node. Committed: its order is fixed on L1. Proven: final. */
export type Settlement = "ordered" | "committed" | "proven";

/** One word of the log and what became of it. */
export interface Receipt {
  /** The command word as it was signed, without its outcome: `wordToHex` of it names the request for ever. */
  readonly word: bigint;
  readonly type: WordTypeName;
  /** Place in the log, from 1 on; payload words have places of their own. */
  readonly sequence: number;
  readonly outcome: OutcomeName;
  readonly code: RefusalCode | null;
  /** For place: lots traded by this request, and the sequence numbers of the fills. */
  readonly filled: Lots;
  readonly fills: { readonly first: number; readonly count: number } | null;
  /** For place: what the order became. */
  readonly order: OrderState | null;
  readonly batch: number;
  readonly settlement: Settlement;
}

export type OrderState =
  | "open"
  | "filled"
  /** Immediate-or-cancel: the rest was not wanted. */
  | "dropped"
  /** Stopped or dropped by a rule: margin, open-interest cap, nothing to reduce. */
  | "stopped"
  /** By its owner, one by one or all at once. */
  | "cancelled"
  | "expired"
  /** Met as a maker and removed by a rule: margin, self-trade, nothing to reduce. */
  | "removed";

export interface Fill {
  /** From 1 on, in the order of execution. */
  readonly sequence: number;
  /** Machine time. */
  readonly time: Seconds;
  readonly market: number;
  readonly price: Ticks;
  readonly lots: Lots;
  /** The taker's side. */
  readonly side: Side;
  readonly taker: OrderName;
  readonly maker: OrderName;
  /** Place in the log of the word that placed the taker. */
  readonly word: number;
  readonly batch: number;
  readonly settlement: Settlement;
}

export interface Level {
  readonly price: Ticks;
  readonly lots: Lots;
  readonly orders: number;
}

export interface BookView {
  readonly market: number;
  /** Best first. Dead and expired orders that were not cleared yet are left out. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
  readonly oraclePrice: Ticks;
  readonly oracleTime: Seconds;
  readonly openInterest: Lots;
  /** Last executed place in the log. */
  readonly sequence: number;
}

interface PositionView {
  readonly market: number;
  readonly size: Lots;
}

export interface AccountView
  extends Omit<Account, "orders" | "sizes" | "fundings" | "ownerNonces" | "tradingNonces"> {
  readonly index: number;
  readonly positions: readonly PositionView[];
  readonly equity: Quanta;
  readonly initialRequirement: ScaledQuanta;
  readonly maintenanceRequirement: ScaledQuanta;
  /** The owner key's lowest nonce above all used and waiting ones. */
  readonly nextNonce: number;
  /** The same of the trading key, which counts apart. */
  readonly nextTradingNonce: number;
  /** Requests admitted and not executed yet. */
  readonly pending: number;
  readonly orders: readonly OrderView[];
}

/** The last order of a slot: open, or what became of it. */
export interface OrderView extends OrderName, Omit<Order, "next" | "generation" | "fraction"> {
  readonly state: OrderState;
  /** Size at placement. */
  readonly size: Lots;
  readonly filled: Lots;
  /** Place in the log of the word that placed it. */
  readonly word: number;
}

export interface Health {
  readonly status: "running" | "closing" | "halted";
  /** Why it halted. */
  readonly reason: string | null;
  readonly machineTime: Seconds;
  /** Last executed place in the log. */
  readonly sequence: number;
  readonly queued: number;
  readonly batches: { readonly cut: number; readonly committed: number; readonly proven: number };
  /** Seconds of machine time from the end of the oldest unproven batch to now; 0 when all is proven. */
  readonly provingLagSeconds: Seconds;
  /** Steps of the batch under construction. */
  readonly openSteps: number;
  readonly l1Consumed: number;
  readonly fills: number;
}
