/** Tables of multiples for keys that sign often: a check with one costs a fifth of a check without. */
import type { EdwardsPoint } from "@noble/curves/abstract/edwards.js";
import type { Point } from "./request.ts";

/** Keys remembered. Each busy one holds about 500 points, 0.2 MB. */
const MAX_KEY_TABLES = 256;
/** A table costs five checks to build: a key earns it by its third. */
const USES_BEFORE_TABLE = 3;
const WINDOW_BITS = 4;

interface Entry {
  readonly point: EdwardsPoint;
  uses: number;
}

/** Forgets the key that was used longest ago when full. */
export class KeyTables {
  private readonly entries = new Map<string, Entry>();
  private readonly most: number;

  constructor(most: number = MAX_KEY_TABLES) {
    this.most = most;
  }

  /** The point that `make` makes of a key, with a table once the key is busy. */
  get(key: Point, make: (key: Point) => EdwardsPoint | undefined): EdwardsPoint | undefined {
    const name = `${key[0]},${key[1]}`;
    let entry = this.entries.get(name);
    if (entry === undefined) {
      const point = make(key);
      if (point === undefined) return undefined;
      entry = { point, uses: 0 };
    } else this.entries.delete(name);
    this.entries.set(name, entry);
    if (this.entries.size > this.most) this.entries.delete(this.entries.keys().next().value!);
    entry.uses += 1;
    if (entry.uses === USES_BEFORE_TABLE) entry.point.precompute(WINDOW_BITS);
    return entry.point;
  }

  get size(): number {
    return this.entries.size;
  }
}
