/** What a validator that was stopped has on its disk, each by its number: those who joined late have no beginning. */
import { Database } from "../../sequencer/store/database.ts";
import { numbersOf } from "../../sequencer/store/space.ts";
import { tables } from "../../sequencer/store/tables.ts";
import { validatorTables } from "../../sequencer/validator/tables.ts";

export interface Disk {
  readonly chain: ReadonlyMap<number, string>;
  readonly log: ReadonlyMap<number, string>;
  readonly batches: ReadonlyMap<number, string>;
}

export async function diskOf(path: string): Promise<Disk> {
  const database = await Database.open(path);
  try {
    const blocks = await database.list(validatorTables.finalBlock);
    const log = await database.list(tables.log);
    const batches = await database.list(tables.batch);
    return {
      chain: byNumber(blocks, ({ hash, stateDigest }) => `${hash} ${stateDigest}`),
      log: byNumber(log, ({ word }) => word.toString(16)),
      batches: byNumber(batches, ({ header, commitment }) => `${header.postRoot} ${commitment}`),
    };
  } finally {
    await database.close();
  }
}

const byNumber = <V>(
  rows: readonly { readonly key: string; readonly value: V }[],
  say: (value: V) => string,
): Map<number, string> => new Map(rows.map(({ key, value }) => [numbersOf(key)[0]!, say(value)]));
