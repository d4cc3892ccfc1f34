/**
 * What the validators agree on: the inputs of a block, never what comes out of them.
 *
 * Execution runs behind consensus, so a leader does not know the state that its block meets. Therefore no tick, no
 * expire word and no outcome is in here: each node derives them when it executes (execution/block-entries.ts).
 */
import type { Hash, Peer } from "../consensus/messages.ts";
import type { SignedReport } from "../oracle/report.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { Reveal } from "./seed.ts";

/** A stretch of the L1 queue, words as the queue has them. */
export interface L1Range {
  /** Index of the first word, also when there is none: where the chain stands in the queue. */
  readonly start: number;
  readonly words: readonly bigint[];
}

export interface Payload {
  /** After this block's reveal; it gives the order inside the classes of this block. */
  readonly seed: Hash;
  readonly reveal: Reveal;
  readonly l1: L1Range;
  /** None, or of at least a quorum; signers strictly ascend. */
  readonly reports: readonly SignedReport[];
  /** In block order. */
  readonly requests: readonly SignedRequest[];
  /** Who orders after this block, if it is the last one of its epoch: the registry's next set, in its order. */
  readonly next: readonly Peer[] | null;
}

/** What a block's payload builds on: all that it needs of its ancestors is in its parent. */
export interface ChainPoint {
  readonly seed: Hash;
  /** Index of the next word of the L1 queue. */
  readonly l1Next: number;
}

export const pointAfter = ({ seed, l1 }: Payload): ChainPoint => ({
  seed,
  l1Next: l1.start + l1.words.length,
});
