/** A real database whose rows lie in tables and in the log, and what is in it. */
import { createHash } from "node:crypto";
import { cp, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { Side, WordType } from "../../../sequencer/exchange/word.ts";
import { SoloSequencer } from "../../../sequencer/node/solo-sequencer.ts";
import { Database } from "../../../sequencer/store/database.ts";
import { payloadOf, type Space } from "../../../sequencer/store/space.ts";
import { StoreError, type StoreErrorCode } from "../../../sequencer/store/store-error.ts";
import { tables } from "../../../sequencer/store/tables.ts";
import {
  HandClock,
  poseidon,
  receiptOf,
  registerTraders,
  settingsOf,
  Trader,
} from "../../node/exchange-fixture.ts";

/** Every row, and so the last sequence, receipts, accounts and all that a root is made of, as one hash. */
export async function contentOf(database: Database): Promise<string> {
  const content = createHash("sha256");
  for (const of of Object.values(tables) as Space<unknown>[])
    for (const { key, value } of await database.list(of))
      content.update(`${key}\n`).update(payloadOf(of, value));
  return content.digest("hex");
}

const SLOTS = 16;

/**
 * Trades, and opens again so often that there are tables of two earlier lives beside the log of the last one. Returns what was in
 * the database after each write of the last life, the oldest first.
 */
export async function makeDatabase(path: string): Promise<string[]> {
  const maker = new Trader(1);
  const taker = new Trader(2);
  await live(path, async (sequencer) => {
    await registerTraders(sequencer, 2);
    for (let slot = 0; slot < SLOTS; slot++)
      await receiptOf(sequencer, maker.place(slot, Side.sell, 2000 + slot, 2));
  });
  await live(path, async (sequencer) => {
    await receiptOf(sequencer, taker.place(0, Side.buy, 2001, 5));
    await sequencer.flush();
  });
  return live(path, async (sequencer) => {
    for (let slot = 1; slot < SLOTS; slot++)
      await receiptOf(sequencer, taker.place(slot, Side.buy, 1990 - slot, 3));
    for (let slot = 2; slot < SLOTS; slot++)
      await receiptOf(sequencer, maker.request({ type: WordType.cancel, slot }));
    await sequencer.flush();
  });
}

async function live(path: string, act: (sequencer: SoloSequencer) => Promise<void>): Promise<string[]> {
  const database = await Database.open(path);
  const contents = [await contentOf(database)];
  const write = database.write.bind(database);
  database.write = async (operations) => {
    await write(operations);
    contents.push(await contentOf(database));
  };
  const sequencer = await SoloSequencer.open(database, settingsOf(), poseidon, new HandClock());
  await act(sequencer);
  await sequencer.close();
  return contents;
}

/** What is in a database that opens; the code of the error of one that does not. */
export async function outcomeAt(path: string): Promise<{ content: string } | { code: StoreErrorCode }> {
  let database: Database | undefined;
  try {
    database = await Database.open(path);
    return { content: await contentOf(database) };
  } catch (error) {
    if (error instanceof StoreError) return { code: error.code };
    throw error;
  } finally {
    await database?.close();
  }
}

export async function copyOf(from: string, to: string): Promise<void> {
  await rm(to, { recursive: true, force: true });
  await cp(from, to, { recursive: true });
}

/** By name. LevelDB writes its report anew each time it opens; nothing is read from it, nor from the lock. */
export async function filesIn(path: string): Promise<Map<string, Buffer>> {
  const names = (await readdir(path)).filter((name) => !/^(LOCK|LOG|LOG\.old)$/.test(name)).sort();
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readFile(join(path, name))] as const)),
  );
}
