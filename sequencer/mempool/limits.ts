/** Bounds of a mempool; its own node's affair, no rule. */

export interface MempoolLimits {
  /** Requests held. Eight full blocks: more than a second of work, and waiting longer helps nobody. */
  readonly maxRequests: number;
  /** Of these, room that only relief may use. */
  readonly reservedForRelief: number;
  /** Their bytes, as in a payload: a new key is three times as long as an order. */
  readonly maxBytes: number;
  /** Requests of one account held: two nonce windows, so that no held one can fall out of the window. */
  readonly maxPerAccount: number;
  /** Of these, room for relief: an account whose takers wait can still cancel. */
  readonly reliefPerAccount: number;
  /** A request that no block took in this time is given up, and its sender told. */
  readonly maxAgeMs: number;
  /** Requests remembered after a final block had them: minutes of full blocks, as long as gossip may bring them again. */
  readonly maxRemembered: number;
  /** Least time that somebody turned away is asked to wait. */
  readonly minRetryMs: number;
  /** Time that a block takes; for telling how long a queue is. */
  readonly blockMs: number;
}

export const MEMPOOL_LIMITS: MempoolLimits = {
  maxRequests: 8192,
  reservedForRelief: 2048,
  maxBytes: 2_097_152,
  maxPerAccount: 64,
  reliefPerAccount: 16,
  maxAgeMs: 60_000,
  maxRemembered: 131_072,
  minRetryMs: 100,
  blockMs: 50,
};
