/**
 * The log of what this validator signed and has to know again: one row a record, in order. Append is on disk when it
 * resolves. What finality has made useless is thrown away by writing the few records that are still needed behind the
 * old ones, and deleting those, in one atomic write.
 */
import type { LogRecord } from "../consensus/ports.ts";
import type { Database } from "../store/database.ts";
import { del, numbersOf, put } from "../store/space.ts";
import { validatorTables } from "./tables.ts";

/** Rows, and bytes of their blocks, after which the log is written anew: start-up reads them all. */
const MAX_ROWS = 4096;
const MAX_BLOCK_BYTES = 64 * 2 ** 20;

export class VoteLog {
  private readonly database: Database;
  private first: number;
  private next: number;
  private blockBytes: number;
  /** What was needed when the log was written anew: where that is much, only twice as much is too long. */
  private kept = { rows: 0, blockBytes: 0 };

  private constructor(database: Database, first: number, next: number, blockBytes: number) {
    this.database = database;
    this.first = first;
    this.next = next;
    this.blockBytes = blockBytes;
  }

  /** The records as they were written; null when there is no log. */
  static async load(database: Database): Promise<{ log: VoteLog; records: readonly LogRecord[] | null }> {
    const rows = await database.list(validatorTables.voteLog);
    const places = rows.map(({ key }) => numbersOf(key)[0]!);
    const records = rows.map(({ value }) => value);
    const log = new VoteLog(database, places[0] ?? 0, (places.at(-1) ?? -1) + 1, blockBytesOf(records));
    return { log, records: rows.length === 0 ? null : records };
  }

  append(records: readonly LogRecord[]): Promise<void> {
    this.blockBytes += blockBytesOf(records);
    return this.database.write(this.rows(records));
  }

  get isLong(): boolean {
    const { kept } = this;
    return (
      this.next - this.first > Math.max(MAX_ROWS, 2 * kept.rows) ||
      this.blockBytes > Math.max(MAX_BLOCK_BYTES, 2 * kept.blockBytes)
    );
  }

  /** Keeps these records only; nothing may be appended while this runs. */
  async replace(records: readonly LogRecord[]): Promise<void> {
    const { first, next } = this;
    const old = Array.from({ length: next - first }, (_, i) => del(validatorTables.voteLog, [first + i]));
    const rows = this.rows(records);
    this.first = next;
    this.blockBytes = blockBytesOf(records);
    this.kept = { rows: records.length, blockBytes: this.blockBytes };
    await this.database.write([...old, ...rows]);
  }

  private rows(records: readonly LogRecord[]) {
    return records.map((record) => put(validatorTables.voteLog, [this.next++], record));
  }
}

const blockBytesOf = (records: readonly LogRecord[]): number =>
  records.reduce((sum, record) => sum + (record.kind === "block" ? record.block.payload.length : 0), 0);
