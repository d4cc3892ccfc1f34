/**
 * The log of what this validator signed and has to know again: one row a record, in order. Append is on disk when it
 * resolves. What finality has made useless is thrown away by writing the few records that are still needed behind the
 * old ones, and deleting those, in one atomic write.
 */
import type { LogRecord } from "../consensus/ports.ts";
import type { Database } from "../store/database.ts";
import { del, numbersOf, put } from "../store/space.ts";
import { validatorTables } from "./tables.ts";

/** Rows after which the log is written anew: start-up reads them all. */
const MAX_ROWS = 4096;

export class VoteLog {
  private readonly database: Database;
  private first: number;
  private next: number;

  private constructor(database: Database, first: number, next: number) {
    this.database = database;
    this.first = first;
    this.next = next;
  }

  /** The records as they were written; null when there is no log. */
  static async load(database: Database): Promise<{ log: VoteLog; records: readonly LogRecord[] | null }> {
    const rows = await database.list(validatorTables.voteLog);
    const places = rows.map(({ key }) => numbersOf(key)[0]!);
    const log = new VoteLog(database, places[0] ?? 0, (places.at(-1) ?? -1) + 1);
    return { log, records: rows.length === 0 ? null : rows.map(({ value }) => value) };
  }

  append(records: readonly LogRecord[]): Promise<void> {
    return this.database.write(this.rows(records));
  }

  get isLong(): boolean {
    return this.next - this.first > MAX_ROWS;
  }

  /** Keeps these records only; nothing may be appended while this runs. */
  async replace(records: readonly LogRecord[]): Promise<void> {
    const { first, next } = this;
    const old = Array.from({ length: next - first }, (_, i) => del(validatorTables.voteLog, [first + i]));
    const rows = this.rows(records);
    this.first = next;
    await this.database.write([...old, ...rows]);
  }

  private rows(records: readonly LogRecord[]) {
    return records.map((record) => put(validatorTables.voteLog, [this.next++], record));
  }
}
