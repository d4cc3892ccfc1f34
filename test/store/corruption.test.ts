/** A database that was changed behind the node's back is named, never used. */

import { createHash } from "node:crypto";
import { readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Side } from "../../sequencer/exchange/word.ts";
import type { SequencerSettings } from "../../sequencer/node/settings.ts";
import { Database } from "../../sequencer/store/database.ts";
import { payloadOf, type Space, valueFrom } from "../../sequencer/store/space.ts";
import { StoreError, type StoreErrorCode } from "../../sequencer/store/store-error.ts";
import { tables } from "../../sequencer/store/tables.ts";
import {
  genesis,
  openAt,
  receiptOf,
  registerTraders,
  settingsOf,
  withFolder,
} from "../node/exchange-fixture.ts";

type Raw = Level<string, Uint8Array>;

/** A database with a cut batch, one under construction, and orders in the book. */
async function populate(path: string): Promise<void> {
  const sequencer = await openAt(path);
  const [maker, taker] = await registerTraders(sequencer, 2);
  for (let slot = 0; slot < 5; slot++)
    await receiptOf(sequencer, maker!.place(slot, Side.sell, 2000 + slot, 2));
  await receiptOf(sequencer, taker!.place(0, Side.buy, 2001, 5));
  await sequencer.flush();
  await receiptOf(sequencer, taker!.place(1, Side.buy, 1990, 3));
  await sequencer.close();
}

async function edit(path: string, change: (raw: Raw) => Promise<void>): Promise<void> {
  const raw: Raw = new Level(path, { keyEncoding: "utf8", valueEncoding: "view" });
  await change(raw);
  await raw.close();
}

const keyOf = (name: string, ...numbers: number[]): string =>
  [name, ...numbers.map((n) => String(n).padStart(16, "0"))].join("/");

type Name = "account" | "openAccount" | "order" | "machine" | "market" | "openMarket" | "openStep" | "format";

/** A value that may be anything. */
type Loose = Record<string, unknown>;

/** Changes a value and gives it a good checksum again: a careful forger, or a bug. */
async function forge(raw: Raw, name: Name, numbers: number[], change: (value: Loose) => void): Promise<void> {
  const table = tables[name] as Space<unknown>;
  await forgeBytes(raw, keyOf(name, ...numbers), (payload) => {
    const value = valueFrom(table, payload, name);
    change(value as Loose);
    return payloadOf(table, value);
  });
}

async function forgeBytes(raw: Raw, key: string, change: (payload: Uint8Array) => Uint8Array): Promise<void> {
  const payload = change((await raw.get(key))!.subarray(8));
  const checksum = createHash("sha256").update(key).update("\0").update(payload).digest().subarray(0, 8);
  await raw.put(key, Buffer.concat([checksum, payload]));
}

async function openingFails(path: string, code: StoreErrorCode, settings?: SequencerSettings): Promise<void> {
  const error = await openAt(path, settings).then(
    async (sequencer) => {
      await sequencer.close();
      return null;
    },
    (e: unknown) => e,
  );
  assert.instance(error, StoreError, `expected ${code}, got ${error}`);
  assert.is((error as StoreError).code, code);
}

function names(what: string, code: StoreErrorCode, change: (raw: Raw) => Promise<void>): void {
  test(`${what} is named ${code}`, async () =>
    withFolder(async (path) => {
      await populate(path);
      await edit(path, change);
      await openingFails(path, code);
      await openingFails(path, code);
    }));
}

names("a flipped bit in an account", "damagedValue", async (raw) => {
  const bytes = Buffer.from((await raw.get(keyOf("account", 1)))!);
  bytes[20]! ^= 1;
  await raw.put(keyOf("account", 1), bytes);
});
names("a value that moved to another key", "damagedValue", async (raw) =>
  raw.put(keyOf("account", 2), (await raw.get(keyOf("account", 1)))!),
);
names("a forged balance", "replayMismatch", async (raw) =>
  forge(raw, "account", [2], (account) => {
    account.collateral = 999999999n;
  }),
);
names("a forged balance of an account that the open batch does not touch", "rootMismatch", async (raw) =>
  forge(raw, "account", [1], (account) => {
    account.collateral = 999999999n;
  }),
);
names("a forged pre-image", "rootMismatch", async (raw) =>
  forge(raw, "openAccount", [2], (image) => {
    (image.account as Loose).collateral = 1n;
  }),
);
names("an order that grew", "rootMismatch", async (raw) =>
  forge(raw, "order", [1, 4], (order) => {
    order.remaining = 100;
  }),
);
names("an order that vanished", "rootMismatch", (raw) => raw.del(keyOf("order", 1, 4)));
names("an account that vanished", "missingValue", (raw) => raw.del(keyOf("account", 1)));
names("a forged machine", "replayMismatch", async (raw) =>
  forge(raw, "machine", [0], (machine) => {
    machine.fees = 0n;
  }),
);
names("a forged oracle price", "rootMismatch", async (raw) => {
  for (const name of ["market", "openMarket"] as const)
    await forge(raw, name, [0], (market) => {
      market.oraclePrice = 1;
    });
});
names("another step in the open batch", "replayMismatch", async (raw) =>
  forge(raw, "openStep", [0], (step) => {
    step.word = (step.word as bigint) ^ (1n << 126n);
  }),
);
names("a missing step", "missingValue", (raw) => raw.del(keyOf("openStep", 0)));
names("a missing job", "missingValue", (raw) => raw.del(keyOf("jobState", 1)));
names("a value of another type", "malformedValue", async (raw) =>
  forgeBytes(raw, keyOf("account", 1), () => Buffer.from("many")),
);
names("another format", "unknownFormat", async (raw) =>
  forge(raw, "format", [0], (format) => {
    format.version = Number(format.version) + 1;
  }),
);

test("a database of another exchange is named", async () =>
  withFolder(async (path) => {
    await populate(path);
    const other = { ...genesis, domain: genesis.domain + 1n };
    await openingFails(path, "wrongGenesis", settingsOf({ genesis: other }));
    const deeper = { accountDepth: 4, orderDepth: 2, markets: 2 };
    await openingFails(path, "wrongGenesis", settingsOf({ dimensions: deeper }));
  }));

test("a database that another process has open is named", async () =>
  withFolder(async (path) => {
    const sequencer = await openAt(path);
    await openingFails(path, "locked");
    await sequencer.close();
  }));

test("a damaged LevelDB log is named, and is not forgotten at the next start", async () =>
  withFolder(async (path) => {
    await populate(path);
    const log = (await readdir(path)).find((name) => name.endsWith(".log"))!;
    const bytes = await readFile(join(path, log));
    bytes[Math.floor(bytes.length / 2)]! ^= 0xff;
    await writeFile(join(path, log), bytes);
    await openingFails(path, "damagedLog");
    await openingFails(path, "damagedLog");
  }));

test("damage in what is only read later is named when it is read", async () =>
  withFolder(async (path) => {
    await populate(path);
    await edit(path, async (raw) => {
      const bytes = Buffer.from((await raw.get(keyOf("job", 1)))!);
      bytes[bytes.length - 5]! ^= 1;
      await raw.put(keyOf("job", 1), bytes);
      await raw.del(keyOf("fill", 1));
    });
    const sequencer = await openAt(path);
    const codeOf = (run: Promise<unknown>) =>
      run.then(
        () => null,
        (e: StoreError) => e.code,
      );
    assert.is(await codeOf(sequencer.jobs.job(1)), "damagedValue");
    assert.is(await codeOf(sequencer.accountFills(1, 1, 10)), "missingValue");
    await sequencer.close();
  }));

test("a key is never read beyond its table", async () =>
  withFolder(async (path) => {
    await populate(path);
    const database = await Database.open(path);
    const { tables } = await import("../../sequencer/store/tables.ts");
    assert.is((await database.list(tables.account)).length, 2);
    assert.is((await database.list(tables.order, [1])).length, 3);
    assert.is((await database.list(tables.order, [1], { from: 4 })).length, 1);
    await database.close();
  }));

test.run();
