/** What a leader proposes: the next stretch of the L1 queue, price reports, and requests in this block's own order. */
import { wholeRequests } from "../chain/whole-requests.ts";
import type { Hash, Peer } from "../consensus/messages.ts";
import type { SignedReport } from "../oracle/report.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { BlockLimits } from "./limits.ts";
import type { ChainPoint, Payload } from "./payload.ts";
import type { L1Words } from "./payload-rule.ts";
import { type Reveal, seedAfter } from "./seed.ts";

export interface PayloadParts {
  readonly parent: ChainPoint;
  readonly reveal: Reveal;
  readonly limits: BlockLimits;
  readonly l1Words: L1Words;
  /** Timely ones of a quorum, or none. */
  readonly reports: readonly SignedReport[];
  /** Requests in the order that this seed gives: the mempool's `take`. */
  readonly takeRequests: (seed: Hash) => readonly SignedRequest[];
  /** The set of the next epoch, to end this one with the block. */
  readonly next: readonly Peer[] | null;
}

export function composePayload(parts: PayloadParts): Payload {
  const { parent, reveal, limits, l1Words, reports, takeRequests, next } = parts;
  const seed = seedAfter(parent.seed, reveal);
  const start = parent.l1Next;
  const words = wholeRequests(l1Words(start, limits.maxL1Words));
  return { seed, reveal, l1: { start, words }, reports, requests: takeRequests(seed), next };
}
