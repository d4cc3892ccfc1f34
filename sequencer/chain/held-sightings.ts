/**
 * What was seen of batches that this node has not cut yet: in a set others may commit one while this node still hashes it,
 * or catches up. It is recorded as soon as the batch is here.
 */
import type { BatchSettlement } from "./settlement-record.ts";
import type { Changes } from "./sightings.ts";

export class HeldSightings {
  private held: Changes = new Map();
  private readonly maxBatches: number;
  /** The lowest batch of which nothing could be held. */
  private dropped = Infinity;

  constructor(maxBatches: number) {
    this.maxBatches = maxBatches;
  }

  clear(): void {
    this.held = new Map();
    this.dropped = Infinity;
  }

  /** As it was at the end of a block: without what is in later ones. */
  upTo(block: number): Changes {
    const changes: Changes = new Map();
    for (const { number, commit, prove } of this.held.values()) {
      const kept = {
        number,
        commit: commit !== null && commit.block <= block ? commit : null,
        prove: prove !== null && prove.block <= block ? prove : null,
      };
      if (isOfUse(kept)) changes.set(number, kept);
    }
    return changes;
  }

  /** Holds what is of batches after `latest`, those that are cut first if there are too many, and nothing else. */
  replace(changes: Changes, latest: number): void {
    const wanted = [...changes.values()]
      .filter((settlement) => settlement.number > latest && isOfUse(settlement))
      .sort((a, b) => a.number - b.number);
    this.held = new Map(
      wanted.slice(0, this.maxBatches).map((settlement) => [settlement.number, settlement]),
    );
    this.dropped = Math.min(this.dropped, wanted[this.maxBatches]?.number ?? Infinity);
  }

  /** What is of batches that were cut since. */
  cutBy(latest: number): Changes {
    return new Map([...this.held].filter(([number]) => number <= latest));
  }

  forget(numbers: Iterable<number>): void {
    for (const number of numbers) this.held.delete(number);
  }

  /** Whether something may have been seen of a batch that had no room here. */
  hasDropped(number: number): boolean {
    return number >= this.dropped;
  }
}

const isOfUse = ({ commit, prove }: BatchSettlement): boolean => commit !== null || prove !== null;
