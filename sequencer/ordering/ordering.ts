/** Where entries go in and an agreed order of blocks comes out. A single node agrees with itself. */
import type { Entry, EntryClass } from "./entry.ts";

export interface Block<E extends Entry = Entry> {
  /** From 1 on without gaps. */
  readonly height: number;
  readonly entries: readonly E[];
}

export interface Ordering<E extends Entry = Entry> {
  /** Whether an entry of this class would be held now. */
  hasRoom(of: EntryClass): boolean;
  /** Holds an entry until a block takes it; false when there is no room for its class. */
  append(entry: E, nowMs: number): boolean;
  /** The next block, if one is due. */
  next(nowMs: number): Block<E> | undefined;
  /** Milliseconds until a block is due; undefined when nothing waits. */
  dueInMs(nowMs: number): number | undefined;
  /** Entries that wait. */
  readonly waiting: number;
}
