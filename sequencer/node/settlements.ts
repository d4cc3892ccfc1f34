/** How far batches have come on L1. Commitments and proofs go in order, so two numbers say it all. */
import type { BatchSettlement } from "../chain/settlement-record.ts";
import type { Database } from "../store/database.ts";
import { KEPT_PROVEN_BATCHES } from "../store/job-store.ts";
import { del, put } from "../store/space.ts";
import { tables } from "../store/tables.ts";
import type { Settlement } from "./view.ts";

export class Settlements {
  committed = 0;
  proven = 0;
  private readonly database: Database;
  /** Machine time at the end of batches that are not proven. */
  private readonly endTimes = new Map<number, number>();

  constructor(database: Database) {
    this.database = database;
  }

  static async load(database: Database): Promise<Settlements> {
    const settlements = new Settlements(database);
    // A snapshot is taken where L1 has proven.
    const { batch: base } = (await database.get(tables.base, 0)) ?? { batch: 0 };
    settlements.committed = base;
    settlements.proven = base;
    for (const { value } of await database.list(tables.settlement)) settlements.follow(value);
    const from = settlements.proven + 1;
    for (const { value } of await database.list(tables.batch, [], { from }))
      settlements.cut(value.header.number, value.header.time);
    return settlements;
  }

  cut(number: number, time: number): void {
    this.endTimes.set(number, time);
  }

  async record(settlement: BatchSettlement): Promise<void> {
    const { number, prove } = settlement;
    const finished = number - KEPT_PROVEN_BATCHES;
    await this.database.write([
      put(tables.settlement, [number], settlement),
      // Nobody needs to prove it again.
      ...(prove !== null && finished > 0 ? [del(tables.job, [finished])] : []),
    ]);
    this.follow(settlement);
    if (prove !== null) this.endTimes.delete(finished);
  }

  of(batch: number): Settlement {
    if (batch <= this.proven) return "proven";
    return batch <= this.committed ? "committed" : "ordered";
  }

  /** Seconds since the end of the oldest unproven batch. */
  lagSeconds(time: number): number {
    const oldest = this.endTimes.get(this.proven + 1);
    return oldest === undefined ? 0 : time - oldest;
  }

  async batch(number: number): Promise<BatchSettlement> {
    return (await this.database.get(tables.settlement, number)) ?? { number, commit: null, prove: null };
  }

  private follow({ number, commit, prove }: BatchSettlement): void {
    this.committed =
      commit === null ? Math.min(this.committed, number - 1) : Math.max(this.committed, number);
    this.proven = prove === null ? Math.min(this.proven, number - 1) : Math.max(this.proven, number);
  }
}
