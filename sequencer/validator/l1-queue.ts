/** The finalized words of the L1 queue that no final block has consumed, as this node's watcher brought them. */
import type { L1Words } from "../ordering/payload-rule.ts";

/** Words held. Ten full blocks; the watcher comes back for more when these are consumed. */
const MAX_HELD = 9_600;

export class L1Queue {
  private first: number;
  private held: bigint[] = [];

  /** `first` is the index of the first word that is not consumed. */
  constructor(first: number) {
    this.first = first;
  }

  get next(): number {
    return this.first + this.held.length;
  }

  get length(): number {
    return this.held.length;
  }

  /** Whole requests, beginning at `next`; false when there is no room now. */
  add(words: readonly bigint[]): boolean {
    if (this.held.length + words.length > MAX_HELD) return false;
    this.held.push(...words);
    return true;
  }

  consumedUpTo(index: number): void {
    if (index <= this.first) return;
    // A block may bring words that this node's watcher has not seen: others vouch for them.
    this.held = this.held.slice(index - this.first);
    this.first = index;
  }

  readonly words: L1Words = (start, count) => {
    if (start < this.first)
      throw new Error(`L1 word ${start} is consumed, ${this.first} is the first one held`);
    return this.held.slice(start - this.first, start - this.first + count);
  };
}
