/** What a sequencer is made from, and the bounds of everything in it that could grow. */
import type { Genesis } from "../exchange/state.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";

export interface SequencerLimits {
  /** Requests held for the next blocks. 4096 are some seconds of work: waiting longer helps nobody. */
  readonly maxWaiting: number;
  /** Of these, only for cancels, reduce-only orders, withdrawals and keys: under overload risk still shrinks. */
  readonly reservedForRelief: number;
  /** A block executes without a pause: 256 requests keep it below some tenths of a second. */
  readonly maxBlockEntries: number;
  /** How long a request may wait for company. One fsync serves all of a block. */
  readonly blockMs: number;
  /** Requests of one account held: two nonce windows, so that no held one can fall out of the window. */
  readonly maxPendingPerAccount: number;
  /** Words of the L1 queue taken in one call. */
  readonly maxL1Words: number;
  /** Dead orders cleared per block, and how deep per book side they are looked for. */
  readonly maxExpiriesPerBlock: number;
  readonly expiryDepth: number;
  /** Batches without a proof at which takers and new quotes are turned away: proving must be able to catch up. */
  readonly maxUnprovenBatches: number;
  /** Rows of one answer. */
  readonly maxRows: number;
}

export const DEFAULT_LIMITS: SequencerLimits = {
  maxWaiting: 4096,
  reservedForRelief: 1024,
  maxBlockEntries: 256,
  blockMs: 2,
  maxPendingPerAccount: 64,
  maxL1Words: 3072,
  maxExpiriesPerBlock: 16,
  expiryDepth: 8,
  maxUnprovenBatches: 10_000,
  maxRows: 1000,
};

/** Increments that this node takes orders in; a policy of the door, not a rule that is proven. */
interface MarketIncrements {
  readonly price: number;
  readonly size: number;
}

export interface SequencerSettings {
  readonly genesis: Genesis;
  readonly dimensions: Dimensions;
  /** Steps of the circuits, ascending. */
  readonly tiers: readonly number[];
  readonly maxBatchSeconds: number;
  readonly epoch: number;
  /** By market; a missing one is 1 and 1. */
  readonly increments: readonly MarketIncrements[];
  readonly limits: SequencerLimits;
}

/** Time as an argument: the real one in main.ts, a hand-moved one in tests. */
export interface Clock {
  nowMs(): number;
  /** Calls once after some milliseconds; returns how to prevent it. */
  after(ms: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  after: (ms, call) => {
    const timer = setTimeout(call, ms);
    return () => clearTimeout(timer);
  },
};
