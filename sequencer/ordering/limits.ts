/** What a block may hold: rules, the same for every validator, because a block beyond them is invalid for all. */

export interface BlockLimits {
  /** Signed requests, all classes. Executing a full block must not take longer than agreeing on the next one or two. */
  readonly maxRequests: number;
  /** Of these, room that post-only orders and takers never get: however many there are, risk can still shrink. */
  readonly reservedForRelief: number;
  /** Relief of one account in a block: nobody takes the reserved room alone. */
  readonly maxReliefPerAccount: number;
  /** All requests of one account in a block: a nonce window. */
  readonly maxPerAccount: number;
  /** Words of the L1 queue: what the watcher hands over in four looks. */
  readonly maxL1Words: number;
}

export const BLOCK_LIMITS: BlockLimits = {
  maxRequests: 1024,
  reservedForRelief: 256,
  maxReliefPerAccount: 16,
  maxPerAccount: 32,
  maxL1Words: 960,
};

/** Words of the longest request: a new trading key with its two payload words. */
export const MAX_REQUEST_WORDS = 3;
