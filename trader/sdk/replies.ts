/** What the HTTP API answers. Prices in ticks, sizes in lots, money in quanta as decimal strings. */

/** ordered: on the sequencer's disk; committed: its order is fixed on L1; proven: settled on L1. */
export type Stage = "ordered" | "committed" | "proven";
type SideName = "buy" | "sell";

export interface ExchangeInfo {
  readonly domain: string;
  readonly requestFee: string;
  readonly genesisRoot: string;
  readonly machineTime: number;
  readonly tiers: readonly number[];
  readonly dimensions: {
    readonly accountDepth: number;
    readonly orderDepth: number;
    readonly markets: number;
  };
  readonly chain: {
    readonly chainId: string;
    readonly exchange: string;
    readonly headBlock: number;
    readonly finalBlock: number;
  } | null;
}

export interface Level {
  readonly price: number;
  readonly lots: number;
  readonly orders: number;
}

export interface MarketInfo {
  readonly market: number;
  readonly oraclePrice: number;
  readonly oracleTime: number;
  readonly openInterest: number;
  readonly bestBid: Level | null;
  readonly bestAsk: Level | null;
}

export interface Book {
  readonly market: number;
  readonly sequence: number;
  readonly oraclePrice: number;
  readonly oracleTime: number;
  readonly openInterest: number;
  /** Best first. */
  readonly bids: readonly Level[];
  readonly asks: readonly Level[];
}

export interface OrderInfo {
  readonly account: number;
  readonly slot: number;
  readonly market: number;
  readonly side: SideName;
  readonly reduceOnly: boolean;
  readonly price: number;
  readonly size: number;
  readonly filled: number;
  readonly remaining: number;
  readonly expiry: number;
  readonly state: string;
}

export interface AccountInfo {
  readonly index: number;
  readonly ownerKey: string;
  readonly tradingKey: string;
  readonly keyVersion: number;
  readonly scope: number;
  readonly keyExpiry: number;
  readonly collateral: string;
  readonly equity: string;
  readonly initialRequirement: string;
  readonly maintenanceRequirement: string;
  readonly reserved: string;
  /** What a withdrawal may take, before its fee. */
  readonly free: string;
  /** Of the owner's key. */
  readonly nextNonce: number;
  readonly nextTradingNonce: number;
  readonly pending: number;
  readonly positions: readonly { readonly market: number; readonly size: number }[];
  /** The open ones. */
  readonly orders: readonly OrderInfo[];
}

export interface Receipt {
  /** The command word; names the request for ever. */
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  readonly outcome: "accepted" | "refused" | "dropped";
  /** Why it was refused; proven like everything else. */
  readonly code: string | null;
  readonly filled: number;
  readonly fills: { readonly first: number; readonly count: number } | null;
  readonly order: string | null;
  readonly batch: number;
  readonly settlement: Stage;
}

export interface FillInfo {
  readonly sequence: number;
  readonly time: number;
  readonly market: number;
  readonly price: number;
  readonly lots: number;
  /** The taker's. */
  readonly side: SideName;
  readonly taker: { readonly account: number; readonly slot: number };
  readonly maker: { readonly account: number; readonly slot: number };
  readonly batch: number;
  readonly settlement: Stage;
}

interface TransactionInfo {
  readonly hash: string;
  readonly block: number;
  readonly time: number;
  readonly gasUsed: string;
  readonly gasPrice: string;
}

export interface BatchInfo {
  readonly number: number;
  readonly state: "cut" | "committed" | "proven";
  /** Whether a proof was handed in. */
  readonly job: "waiting" | "leased" | "proven";
  /** Of validators: the one whose set ordered it. */
  readonly epoch: number;
  readonly steps: number;
  readonly usedSteps: number;
  readonly fills: number;
  readonly wordCount: number;
  readonly time: number;
  readonly preRoot: string;
  readonly postRoot: string;
  readonly commit: TransactionInfo | null;
  readonly prove: TransactionInfo | null;
}

export interface Health {
  /** Requests are taken and settled. */
  readonly ready: boolean;
  readonly status: "running" | "closing" | "halted";
  /** Why it halted. */
  readonly reason: string | null;
  /** Why nothing is settled any more. */
  readonly chainFault: { readonly code: string; readonly message: string } | null;
  readonly batches: { readonly cut: number; readonly committed: number; readonly proven: number };
  readonly lag: {
    readonly oldestUnproven: number | null;
    readonly batches: number;
    readonly seconds: number;
  };
  readonly machineTime: number;
  /** Last executed place in the log. */
  readonly sequence: number;
  readonly queued: number;
  /** Steps of the batch under construction. */
  readonly openSteps: number;
  /** Words of the L1 queue that were executed. */
  readonly l1Consumed: number;
  readonly fills: number;
}
