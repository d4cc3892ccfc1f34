/**
 * Ordering by one node. A block is due when it is full or its oldest entry has waited long enough.
 *
 * Inside a block: classes in their order (entry.ts), arrival order within a class, and an account's own entries
 * in the order in which they came: one that follows a later class joins it, so a cancel never overtakes the order
 * it cancels.
 *
 * When takers have filled their part of the queue, relief still has room of its own; what comes from L1 and the clock
 * is bounded by who brings it and always fits.
 */
import { type Entry, EntryClass } from "./entry.ts";
import type { Block, Ordering } from "./ordering.ts";

export interface SoloOrderingLimits {
  /** Entries that may wait, all classes but system. */
  readonly maxWaiting: number;
  /** Of these, room that only relief may use. */
  readonly reservedForRelief: number;
  readonly maxBlockEntries: number;
  /** How long an entry may wait for company. */
  readonly blockMs: number;
}

interface Waiting<E> {
  readonly entry: E;
  readonly sinceMs: number;
}

export class SoloOrdering<E extends Entry = Entry> implements Ordering<E> {
  private queue: Waiting<E>[] = [];
  /** Those of the queue that count against the limit. */
  private counted = 0;
  private height: number;
  private readonly limits: SoloOrderingLimits;

  constructor(limits: SoloOrderingLimits, height: number) {
    this.limits = limits;
    this.height = height;
  }

  get waiting(): number {
    return this.queue.length;
  }

  hasRoom(of: EntryClass): boolean {
    if (of === EntryClass.system) return true;
    const { maxWaiting, reservedForRelief } = this.limits;
    return this.counted < (of === EntryClass.relief ? maxWaiting : maxWaiting - reservedForRelief);
  }

  append(entry: E, nowMs: number): boolean {
    if (!this.hasRoom(entry.class)) return false;
    if (isCounted(entry)) this.counted += 1;
    this.queue.push({ entry, sinceMs: nowMs });
    return true;
  }

  dueInMs(nowMs: number): number | undefined {
    const oldest = this.queue[0];
    if (oldest === undefined) return undefined;
    if (this.queue.length >= this.limits.maxBlockEntries) return 0;
    const waitedMs = nowMs - oldest.sinceMs;
    // A clock that was put back says nothing of how long the entry has waited, and must not hold the block until it is there again.
    return waitedMs < 0 ? 0 : Math.max(0, this.limits.blockMs - waitedMs);
  }

  next(nowMs: number): Block<E> | undefined {
    if (this.dueInMs(nowMs) !== 0) return undefined;
    const taken = this.queue.slice(0, this.limits.maxBlockEntries).map(({ entry }) => entry);
    this.queue = this.queue.slice(taken.length);
    this.counted -= taken.filter(isCounted).length;
    this.height += 1;
    return { height: this.height, entries: inBlockOrder(taken) };
  }
}

const isCounted = (entry: Entry): boolean => entry.class !== EntryClass.system;

/** The order inside a block, by rule; the arrival order is given. */
export function inBlockOrder<E extends Entry>(entries: readonly E[]): E[] {
  const latest = new Map<number, number>();
  const ranked = entries.map((entry) => {
    if (entry.account === null) return { entry, rank: entry.class as number };
    const rank = Math.max(entry.class, latest.get(entry.account) ?? 0);
    latest.set(entry.account, rank);
    return { entry, rank };
  });
  // Array.prototype.sort is stable.
  return ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry);
}
