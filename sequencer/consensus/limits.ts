/** Every bound of the core, each with its reason. */

/**
 * Validators of an epoch: as many as the registry seats at most (`MAX_MEMBERS` of ValidatorRegistry.sol, a test compares
 * them), because a commitment on L1 checks two thirds of so many signatures. Votes are counted by loops over the set.
 */
export const MAX_VALIDATORS = 64;

/** Votes are held for so many views ahead of the own. Who is further behind moves by certificates, not by votes. */
export const FUTURE_VIEWS = 64;

/** Votes are remembered for so many views behind finality, so that a late contradiction is still caught. */
export const EVIDENCE_VIEWS = 32;

/**
 * Views after the last final one. A leader may have to show a nullification for each of them, so none may be
 * forgotten. With timers at their longest this is most of a day in which a quorum votes and nothing gets final;
 * then views stand still until a finalization comes or somebody raises this.
 */
export const MAX_OPEN_VIEWS = 16_384;

/** Certificates in a proposal, the latest views first; the voter asks for the others. About 100 kB at 16 nodes. */
export const MAX_CARRIED_CERTIFICATES = 128;

/** Views in one request, and certificates in an answer (two kinds each): an answer fits a frame. */
export const MAX_REQUESTED_VIEWS = 64;
export const MAX_ANSWERED_CERTIFICATES = 2 * MAX_REQUESTED_VIEWS + 2;

/** Blocks in one request by hash. */
export const MAX_REQUESTED_BLOCKS = 8;

/** Blocks of one answer with a stretch of the final chain, unless the first finalization lies further. */
export const MAX_CHAIN_BLOCKS = 64;

/**
 * Blocks above the last one that this node has executed: it delivers none beyond, votes for none beyond, and asks for none
 * beyond. So what is final and not executed is bounded in memory (64 MiB of the largest blocks), and each final block is
 * with a quorum that keeps it until it is executed. A node that is slower than all others falls out of the votes and
 * fetches blocks as it comes to them; if more than f are that slow, the chain waits for them.
 */
export const MAX_UNEXECUTED = 128;

/** Own state roots and roots claimed by final headers that wait for each other. */
export const ROOTS_KEPT = 1024;

/** A leader names the root of so many heights before its newest one, so that slower executors can check it at once. */
export const ROOT_LAG = 4;

/** Peers that a request goes to at a time: with two, a single lazy one does not cost a whole retry. */
export const PEERS_ASKED = 2;

/** Timers grow to at most so many times their beginning while views fail in a row. */
export const MAX_TIMER_FACTOR = 8;

/** Durations of a deployment. */
export interface Timing {
  /** D, the longest that a message should take between two honest nodes. */
  readonly delayMs: number;
  /** How long a leader waits for something to order before it proposes an empty block; the timers allow for it. */
  readonly heartbeatMs: number;
  /** How long a node is stuck in a view before it repeats itself and asks; at least D. */
  readonly retryMs: number;
  /** How far ahead of the own clock a block's time may be. */
  readonly clockDriftMs: number;
}
