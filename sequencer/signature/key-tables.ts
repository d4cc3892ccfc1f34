/** Tables of multiples for keys that sign often: a check with one costs less than half of a check without. */
import type { Kernel, KeyTable } from "../kernel/kernel.ts";
import { nameOfKey, type Point } from "./request.ts";

/** Keys remembered, of each thread. A busy one has 256 points, 27 kB: 28 MB when all are busy. */
const MAX_KEY_TABLES = 1024;
/** A table costs what it spares three checks: a key earns it by its fourth. */
const USES_BEFORE_TABLE = 4;

interface Entry {
  uses: number;
  table: KeyTable | undefined;
}

/** Forgets the key that was used longest ago when full. */
export class KeyTables {
  private readonly kernel: Kernel;
  private readonly most: number;
  private readonly entries = new Map<bigint, Entry>();
  /** Of keys that were forgotten. */
  private readonly free: KeyTable[] = [];

  constructor(kernel: Kernel, most: number = MAX_KEY_TABLES) {
    this.kernel = kernel;
    this.most = most;
  }

  /** The table of a key that is busy; undefined for others, and for what is no key. */
  of(key: Point): KeyTable | undefined {
    const name = nameOfKey(key);
    if (name === undefined) return undefined;
    const entry = this.entries.get(name) ?? { uses: 0, table: undefined };
    this.entries.delete(name);
    this.entries.set(name, entry);
    if (this.entries.size > this.most) this.forgetOldest();
    entry.uses += 1;
    if (entry.uses === USES_BEFORE_TABLE) entry.table = this.make(key);
    return entry.table;
  }

  get size(): number {
    return this.entries.size;
  }

  private make(key: Point): KeyTable | undefined {
    const table = this.free.pop() ?? this.kernel.allocateKeyTable();
    if (this.kernel.makeKeyTable(table, key)) return table;
    this.free.push(table);
    return undefined;
  }

  private forgetOldest(): void {
    const [name, { table }] = this.entries.entries().next().value!;
    this.entries.delete(name);
    if (table !== undefined) this.free.push(table);
  }
}
