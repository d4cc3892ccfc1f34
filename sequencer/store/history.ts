/** Where the history begins that this node keeps: with the exchange, or behind the snapshot by which it joined last. */
import type { Database } from "./database.ts";
import { tables } from "./tables.ts";

export interface History {
  /** From this batch on everything is here: batches, receipts, what became of orders. */
  readonly firstBatch: number;
  readonly firstFill: number;
}

/** `fills` ever, now: all that is known where an older version of the node joined. */
export async function historyOf(database: Database, fills: number): Promise<History> {
  const base = await database.get(tables.base, 0);
  if (base === undefined) return { firstBatch: 1, firstFill: 1 };
  const before = (await database.get(tables.baseFills, 0)) ?? fills;
  return { firstBatch: base.batch + 1, firstFill: before + 1 };
}
