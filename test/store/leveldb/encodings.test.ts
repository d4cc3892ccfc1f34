/** The checksum and the compression of LevelDB's files, against the examples of their specifications. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Level } from "level";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { crc32c, masked } from "../../../sequencer/store/leveldb/crc32c.ts";
import { MalformedField } from "../../../sequencer/store/leveldb/fields.ts";
import { uncompressed } from "../../../sequencer/store/leveldb/snappy.ts";
import { withFolder } from "../../node/exchange-fixture.ts";
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
