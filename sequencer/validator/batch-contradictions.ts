/**
 * Finds two batches that one validator signed for one place: the same epoch and number after the same digest. Whoever
 * signs two asks L1 for two orders of the same requests, and the registry takes its stake.
 */
import { batchEvidence, type Evidence } from "../../verifier-contracts/evidence.ts";
import type { BatchVote } from "../batch/batch-vote.ts";

/**
 * Votes of one validator for one number, after different digests or in different epochs, that are remembered. An honest
 * one signs again after a revert; a liar can name any digests, and pushes out only its own votes.
 */
const MAX_REMEMBERED = 4;

export class BatchContradictions {
  /** By number, by signer, the oldest first. */
  private readonly votes = new Map<number, Map<string, BatchVote[]>>();

  /** Whether this very vote was looked at; its signer needs not be found out again. */
  holds(vote: BatchVote): boolean {
    const held = [...(this.votes.get(vote.number)?.values() ?? [])].flat();
    return held.some((other) => isSame(other, vote));
  }

  /** What the vote proves together with those held; else it is held itself. */
  find(vote: BatchVote, signer: string): Evidence | undefined {
    const bySigner = this.votes.get(vote.number) ?? new Map<string, BatchVote[]>();
    this.votes.set(vote.number, bySigner);
    const held = bySigner.get(signer) ?? [];
    for (const before of held) {
      const evidence = batchEvidence(before, vote);
      if (evidence !== undefined) return evidence;
    }
    const others = held.filter((other) => !isForOnePlace(other, vote));
    bySigner.set(signer, [...others, vote].slice(-MAX_REMEMBERED));
    return undefined;
  }

  forgetUpTo(number: number): void {
    for (const held of this.votes.keys()) if (held <= number) this.votes.delete(held);
  }
}

const isForOnePlace = (a: BatchVote, b: BatchVote): boolean =>
  a.epoch === b.epoch && a.previousDigest === b.previousDigest;

export const isSame = (a: BatchVote, b: BatchVote): boolean =>
  a.signature === b.signature &&
  a.dataHash === b.dataHash &&
  a.commitment === b.commitment &&
  a.previousDigest === b.previousDigest &&
  a.number === b.number &&
  a.epoch === b.epoch;
