/**
 * What a stop of any kind leaves in the files of a database is no damage: it opens. What looks alike and is not, does not, and stays
 * as it is.
 */
import { mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Database } from "../../../sequencer/store/database.ts";
import { recordsOf } from "../../../sequencer/store/leveldb/records.ts";
import { StoreError, type StoreErrorCode } from "../../../sequencer/store/store-error.ts";
import { tables } from "../../../sequencer/store/tables.ts";
import { FragmentType, fragment } from "./record-bytes.ts";
import { contentOf, copyOf, filesIn, makeDatabase, outcomeAt } from "./small-database.ts";

const folder = await mkdtemp(join(tmpdir(), "proofbook-leftovers-"));
test.after(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, "data");
/** After each write of the last life. */
const contents = await makeDatabase(path);
const files = await filesIn(path);
const copy = join(folder, "copy");
const at = (name: string): string => join(copy, name);

const nameOf = (pattern: RegExp): string => [...files.keys()].find((name) => pattern.test(name))!;
const logName = nameOf(/\.log$/);
const log = files.get(logName)!;
const laterLog = "000042.log";
const records: Buffer[] = [];
for await (const record of recordsOf(join(path, logName))) records.push(record);

/** A record that follows the last one, with nothing in it but how many writes it claims to have. */
function nextRecord(count: number): Buffer {
  const last = records.at(-1)!;
  const record = Buffer.alloc(12);
  record.writeBigUInt64LE(last.readBigUInt64LE(0) + BigInt(last.readUInt32LE(8)));
  record.writeUInt32LE(count, 8);
  return record;
}

const same = { content: contents.at(-1)! };
const named = (code: StoreErrorCode) => ({ code });

function outcome(what: string, wanted: object, change: () => Promise<void>): void {
  test(what, async () => {
    await copyOf(path, copy);
    await change();
    const before = await filesIn(copy);
    assert.equal(await outcomeAt(copy), wanted);
    if ("code" in wanted) assert.equal(await filesIn(copy), before);
  });
}

const append = (name: string, more: Buffer) => () =>
  writeFile(at(name), Buffer.concat([files.get(name)!, more]));

outcome("a table that is half written and not named yet", same, () =>
  writeFile(at("000099.ldb"), files.get(nameOf(/\.ldb$/))!.subarray(0, 1000)),
);
outcome("a manifest that is half written and not the present one", same, () =>
  writeFile(at("MANIFEST-000042"), files.get(nameOf(/^MANIFEST/))!.subarray(0, 100)),
);
outcome("a name of the next manifest that is half written", same, () =>
  writeFile(at("000042.dbtmp"), "MANIFEST-0"),
);
outcome("a table with the ending of older versions", same, () =>
  rename(at(nameOf(/\.ldb$/)), at(nameOf(/\.ldb$/).replace("ldb", "sst"))),
);
outcome(
  "the header of a record, of which a part is there",
  same,
  append(logName, fragment(nextRecord(1)).subarray(0, 5)),
);
outcome("a record, of which a part is there", same, append(logName, fragment(nextRecord(1)).subarray(0, 15)));
outcome(
  "a record without its last fragment",
  same,
  append(logName, fragment(nextRecord(1), FragmentType.first)),
);
outcome(
  "a change of the tables, of which a part is there",
  same,
  append(nameOf(/^MANIFEST/), fragment(Buffer.alloc(50)).subarray(0, 30)),
);
outcome("zeros to the end of the log, over more than a block", same, append(logName, Buffer.alloc(50_000)));
outcome("a torn log, and a new one that is empty", same, async () => {
  await append(logName, fragment(nextRecord(1)).subarray(0, 15))();
  await writeFile(at(laterLog), "");
});
outcome("two logs, when a stop came while the rows of the first were made a table", same, async () => {
  const first = records.slice(0, 5).map((record) => fragment(record));
  const rest = records.slice(5, 20).map((record) => fragment(record));
  await writeFile(at(logName), Buffer.concat(first));
  await writeFile(at(laterLog), Buffer.concat(rest));
  await writeFile(at("000043.log"), Buffer.concat(records.slice(20).map((record) => fragment(record))));
});

outcome("the last record of the first of two logs is gone", named("damagedLog"), async () => {
  await writeFile(at(logName), Buffer.concat(records.slice(0, 4).map((record) => fragment(record))));
  await writeFile(at(laterLog), fragment(records[5]!));
});
outcome(
  "zeros with a record behind them",
  named("damagedLog"),
  append(logName, Buffer.concat([Buffer.alloc(32), fragment(nextRecord(0))])),
);
outcome("zeros where a block was", named("damagedLog"), () =>
  writeFile(at(logName), Buffer.concat([Buffer.alloc(32_768), log.subarray(32_768)])),
);
outcome("a block of the log is missing", named("damagedLog"), () =>
  writeFile(at(logName), log.subarray(32_768)),
);
outcome(
  "a fragment of no known type",
  named("damagedLog"),
  append(logName, Buffer.concat([fragment(nextRecord(0), FragmentType.first), fragment(Buffer.alloc(9), 5)])),
);
outcome(
  "a last fragment without a first",
  named("damagedLog"),
  append(logName, fragment(nextRecord(0), FragmentType.last)),
);
outcome(
  "a record that is no batch of writes",
  named("damagedLog"),
  append(logName, fragment(Buffer.alloc(11))),
);
outcome(
  "a change of no known kind",
  named("damagedLog"),
  append(nameOf(/^MANIFEST/), fragment(Buffer.from([8]))),
);
outcome("CURRENT without the end of its line", named("unreadable"), () =>
  writeFile(at("CURRENT"), "MANIFEST-000007"),
);

test("a new database of which only the first manifest is there, whole or not, is a new database", async () => {
  await rm(copy, { recursive: true, force: true });
  await (await Database.open(copy)).close();
  const empty = await outcomeAt(copy);
  for (const name of (await filesIn(copy)).keys()) await rm(at(name));
  await writeFile(at("MANIFEST-000001"), files.get(nameOf(/^MANIFEST/))!.subarray(0, 20));
  assert.equal(await outcomeAt(copy), empty);
});

test("what LevelDB drops all the same is named, marks the folder, and is not forgotten at the next start", async () => {
  await copyOf(path, copy);
  await append(logName, fragment(nextRecord(3)))();
  assert.equal(await outcomeAt(copy), named("damagedLog"));
  assert.match(await readFile(at("DAMAGED"), "utf8"), /WriteBatch has wrong count/);
  assert.equal(await outcomeAt(copy), named("damagedLog"));
  await rm(at("DAMAGED"));
  assert.equal(await outcomeAt(copy), same, "LevelDB has forgotten");
});

test("a database that is open is locked, not damaged, whatever its files look like meanwhile", async () => {
  await copyOf(path, copy);
  const database = await Database.open(copy);
  const [name] = [...(await filesIn(copy)).keys()].filter((each) => each.endsWith(".log"));
  const bytes = await readFile(at(name!));
  await writeFile(at(name!), Buffer.alloc(300, 1));
  assert.equal(await outcomeAt(copy), named("locked"));
  await writeFile(at(name!), bytes);
  assert.is(await contentOf(database), same.content);
  await database.close();
});

test("a table that is gone while the database is open is named when it is read", async () => {
  await copyOf(path, copy);
  const database = await Database.open(copy);
  for (const name of (await filesIn(copy)).keys()) if (name.endsWith(".ldb")) await rm(at(name));
  const error = await database.list(tables.log).catch((each: unknown) => each);
  assert.instance(error, StoreError);
  assert.is((error as StoreError).code, "unreadable");
  await database.close();
});

test.run();
