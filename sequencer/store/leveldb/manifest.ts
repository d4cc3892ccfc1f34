/**
 * What a MANIFEST says (leveldb/doc/impl.md, leveldb/db/version_edit.cc): each record is a change, fields behind their tags. All
 * of them together name the tables that hold the rows, and the oldest log whose rows are in no table yet.
 *
 *   1 comparator (bytes)                 5 compact pointer (level, key)
 *   2 log number                         6 deleted table (level, number)
 *   3 next file number                   7 new table (level, number, size, smallest key, largest key)
 *   4 last sequence number               9 previous log number
 */
import { StoreError } from "../store-error.ts";
import { Fields, MalformedField } from "./fields.ts";
import { recordsOf } from "./records.ts";

export interface Manifest {
  /** Logs from this one on are read again at a start. */
  readonly log: number;
  /** One more that is, or 0. */
  readonly previousLog: number;
  readonly tables: readonly Table[];
}

interface Table {
  readonly number: number;
  readonly size: number;
}

interface Changing {
  log: number | undefined;
  previousLog: number;
  /** By level and number: the same change may move a table to another level. */
  readonly tables: Map<string, Table>;
}

export async function readManifest(path: string): Promise<Manifest> {
  const changing: Changing = { log: undefined, previousLog: 0, tables: new Map() };
  for await (const record of recordsOf(path)) {
    try {
      for (const fields = new Fields(record); !fields.areOver; ) change(changing, fields);
    } catch (error) {
      if (!(error instanceof MalformedField)) throw error;
      throw new StoreError("damagedLog", `${path}: ${error.message}`, { cause: error });
    }
  }
  const { log, previousLog, tables } = changing;
  if (log === undefined) throw new StoreError("damagedLog", `${path} names no log`);
  return { log, previousLog, tables: [...tables.values()] };
}

function change(changing: Changing, fields: Fields): void {
  const tag = fields.varint();
  switch (tag) {
    case 1:
      fields.counted();
      return;
    case 2:
      changing.log = fields.varint();
      return;
    case 3:
    case 4:
      fields.varint();
      return;
    case 5:
      fields.varint();
      fields.counted();
      return;
    case 6:
      changing.tables.delete(`${fields.varint()} ${fields.varint()}`);
      return;
    case 7: {
      const level = fields.varint();
      const table: Table = { number: fields.varint(), size: fields.varint() };
      fields.counted();
      fields.counted();
      changing.tables.set(`${level} ${table.number}`, table);
      return;
    }
    case 9:
      changing.previousLog = fields.varint();
      return;
    default:
      throw new MalformedField(`no change has the tag ${tag}`);
  }
}
