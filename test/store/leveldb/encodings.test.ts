/** The encodings of LevelDB's files: against examples of their specifications, by hand, and as LevelDB writes them. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crc32c, masked } from "../../../sequencer/store/leveldb/crc32c.ts";
import { MalformedField } from "../../../sequencer/store/leveldb/fields.ts";
import { readManifest } from "../../../sequencer/store/leveldb/manifest.ts";
import { uncompressed } from "../../../sequencer/store/leveldb/snappy.ts";
import { checkTable } from "../../../sequencer/store/leveldb/table.ts";
import { StoreError, type StoreErrorCode } from "../../../sequencer/store/store-error.ts";
import { withFolder } from "../../node/exchange-fixture.ts";
import { fragment } from "./record-bytes.ts";
import { filesIn, outcomeAt } from "./small-database.ts";

const ascending = Buffer.from(Array.from({ length: 32 }, (_, i) => i));

test("CRC-32C of the examples of RFC 3720, B.4", () => {
  assert.is(crc32c(Buffer.alloc(32)), 0x8a9136aa);
  assert.is(crc32c(Buffer.alloc(32, 0xff)), 0x62a8ab43);
  assert.is(crc32c(ascending), 0x46dd794e);
  assert.is(crc32c(Buffer.from(ascending).reverse()), 0x113fdb5c);
  assert.is(crc32c(Buffer.from("123456789")), 0xe3069283);
});

test("CRC-32C of a part, at any place and of any length, is that of its bytes by themselves", () => {
  const slow = (bytes: Uint8Array): number => {
    let crc = 0xffffffff;
    for (const byte of bytes) {
      crc ^= byte;
      for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    }
    return ~crc >>> 0;
  };
  const bytes = Buffer.from(Array.from({ length: 60 }, (_, i) => (i * 167 + 13) % 256));
  for (let start = 0; start < 20; start++)
    for (let end = start; end <= bytes.length; end++)
      assert.is(crc32c(bytes, start, end), slow(bytes.subarray(start, end)), `${start} to ${end}`);
});

test("a masked checksum is rotated by 15 bits, with a constant added", () => {
  assert.is(masked(0), 0xa282ead8);
  assert.is(masked(0x00008000), 0xa282ead9);
  assert.is(masked(1), (0xa282ead8 + 0x20000) >>> 0);
});

const opened = (...parts: (number[] | string)[]): string =>
  uncompressed(Buffer.concat(parts.map((part) => Buffer.from(part as string)))).toString("latin1");
const literal = (text: string): number[] => [(text.length - 1) << 2, ...Buffer.from(text)];

test("every element of Snappy's format", () => {
  assert.is(opened([0]), "");
  assert.is(opened([3], literal("abc")), "abc");
  const long = "x".repeat(300);
  assert.is(opened([0xac, 0x02], [61 << 2, 0x2b, 0x01], long), long, "a literal with two bytes of length");
  assert.is(opened([7], literal("abc"), [1, 3]), "abcabca", "a short copy, into itself");
  assert.is(opened([5], literal("ab"), [(2 << 2) | 2, 2, 0]), "ababa", "a copy from 16 bits back");
  assert.is(opened([5], literal("ab"), [(2 << 2) | 3, 2, 0, 0, 0]), "ababa", "a copy from 32 bits back");
  const far = Array.from({ length: 300 }, (_, i) => String.fromCharCode(65 + (i % 26))).join("");
  const bytes = [...Buffer.from(far)];
  assert.is(
    opened([0xb0, 0x02], [61 << 2, 0x2b, 0x01, ...bytes], [(1 << 5) | 1, 44]),
    far + far.slice(0, 4),
    "300 back",
  );
});

test("what is not Snappy's format is refused", () => {
  const wrong: Record<string, (number[] | string)[]> = {
    "no length": [],
    "a literal behind the end": [[3], [2 << 2, 65]],
    "shorter than it claims": [[4], literal("abc")],
    "a literal longer than it claims": [[2], literal("abc")],
    "a copy longer than it claims": [[4], literal("abc"), [1, 3]],
    "a copy from before the beginning": [[7], literal("abc"), [1, 4]],
    "a copy from nowhere": [[7], literal("abc"), [1, 0]],
    "a length that cannot be": [[0xff, 0xff, 0xff, 0x7f], literal("abc")],
  };
  for (const [what, parts] of Object.entries(wrong))
    assert.throws(
      () => opened(...parts),
      (e: unknown) => e instanceof MalformedField,
      what,
    );
});

/** What comes of reading bytes as a file. */
async function ofFile<T>(bytes: Buffer, read: (path: string) => Promise<T>): Promise<T | StoreErrorCode> {
  let found: T | StoreErrorCode | undefined;
  await withFolder(async (folder) => {
    await mkdir(folder);
    await writeFile(join(folder, "file"), bytes);
    found = await read(join(folder, "file")).catch((error: unknown) => {
      if (error instanceof StoreError) return error.code;
      throw error;
    });
  });
  return found!;
}

test("changes of a MANIFEST, one after the other", async () => {
  const key = [1, 107];
  const added = (level: number, number: number, size: number) => [7, level, number, size, ...key, ...key];
  const manifest = (...changes: number[][]) =>
    ofFile(Buffer.concat(changes.map((change) => fragment(Buffer.from(change)))), readManifest);
  const first = [1, 3, 97, 98, 99, 2, 4, 3, 9, 4, 0xac, 0x02, ...added(0, 5, 50), ...added(0, 6, 60)];
  const two = {
    log: 4,
    previousLog: 0,
    tables: [
      { number: 5, size: 50 },
      { number: 6, size: 60 },
    ],
  };
  assert.equal(await manifest(first), two);
  const moved = [5, 0, ...key, 6, 0, 5, ...added(1, 5, 50), 6, 0, 6, 2, 8, 9, 7];
  assert.equal(await manifest(first, moved), { log: 8, previousLog: 7, tables: [{ number: 5, size: 50 }] });
  assert.is(await manifest(added(0, 5, 50)), "damagedLog", "no log is named");
  assert.is(await manifest(first, [6, 0]), "damagedLog", "a change that ends too early");
  assert.is(
    await manifest(first, [3, 255, 255, 255, 255, 255, 255, 255, 1]),
    "damagedLog",
    "a number too large",
  );
});

test("blocks of a table leave no gap and overlap nowhere", async () => {
  const block = (data: number[]): number[] => {
    const bytes = Buffer.from([...data, 0, 0, 0, 0, 0]);
    bytes.writeUInt32LE(masked(crc32c(bytes, 0, data.length + 1)), data.length + 1);
    return [...bytes];
  };
  const entries = (...values: number[][]) =>
    block([...values.flatMap((value) => [0, 1, value.length, 107, ...value]), 0, 0, 0, 0, 1, 0, 0, 0]);
  /** One data block of 3 bytes at 0, perhaps with something behind it, as the handles of the index say. */
  const table = (index: number[][], behind: { data?: number[]; all?: number[] } = {}) => {
    const data = [...block([1, 2, 3]), ...(behind.data ?? [])];
    const metaindex = entries();
    const root = entries(...index);
    const rootAt = data.length + metaindex.length;
    const footer = Buffer.alloc(48);
    footer.set([data.length, metaindex.length - 5, rootAt, root.length - 5]);
    footer.writeBigUInt64LE(0xdb4775248b80fb57n, 40);
    const bytes = Buffer.from([...data, ...metaindex, ...root, ...(behind.all ?? []), ...footer]);
    return ofFile(bytes, (path) => checkTable(path, bytes.length));
  };
  assert.is(await table([[0, 3]]), undefined);
  assert.is(
    await table(
      [
        [0, 3],
        [8, 1],
      ],
      { data: block([9]) },
    ),
    undefined,
  );
  assert.is(await table([[0, 3]], { data: block([9]) }), "damagedTable", "a block that is not in the index");
  assert.is(await table([[0, 3]], { all: [0] }), "damagedTable", "something before the footer");
  assert.is(
    await table([
      [0, 3],
      [0, 3],
    ]),
    "damagedTable",
    "a block twice",
  );
  assert.is(await table([[0, 99]]), "damagedTable", "a block beyond the others");
  assert.is(await table([[0]]), "damagedTable", "half a handle");
});

test("tables with many blocks, compressed or not, with values larger than a piece of reading, and without an entry", async () => {
  for (const compression of [true, false])
    await withFolder(async (path) => {
      const level = new Level<string, Uint8Array>(path, { valueEncoding: "view", compression });
      const rows = Array.from({ length: 3000 }, (_, i) => `part/${String(i).padStart(16, "0")}`);
      await level.batch(rows.map((key, i) => ({ type: "put" as const, key, value: Buffer.alloc(500, i) })));
      await level.put("part/large", Buffer.alloc(3_000_000, 7));
      await level.close();
      // Opening makes a table of the log.
      await level.open();
      await level.close();
      // Not the checksums of rows, which these do not have: it is opened, and the first row is found wanting.
      assert.equal(await outcomeAt(path), { code: "damagedValue" });
      const tables = [...(await filesIn(path)).keys()].filter((name) => name.endsWith(".ldb"));
      const types = await Promise.all(
        tables.map(async (name) => typeOfIndex(await readFile(join(path, name)))),
      );
      assert.ok(
        types.every((type) => type === (compression ? 1 : 0)),
        types.join(),
      );
    });
});

/** Of the block before the footer. */
const typeOfIndex = (table: Buffer): number => table[table.length - 48 - 5]!;

test.run();
