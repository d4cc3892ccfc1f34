/**
 * One fault in one file of a database: it is named, or the database is what it was. `CASES=all` tries every position; otherwise a
 * sample is taken.
 */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { HEADER_BYTES } from "../../../sequencer/store/leveldb/records.ts";
import type { StoreErrorCode } from "../../../sequencer/store/store-error.ts";
import { Random, testSeed } from "../../generate/random.ts";
import { FragmentType } from "./record-bytes.ts";
import { copyOf, filesIn, makeDatabase, outcomeAt } from "./small-database.ts";

const isSample = process.env.CASES !== "all";
const SAMPLE = 150;
/** Where headers and footers are, every position is tried. */
const EDGE_BYTES = 60;
/** Most of these open, which takes its time. */
const TORN_SAMPLE = 20;
const seed = testSeed("faults in files");

const CODES: [file: RegExp, codes: StoreErrorCode[]][] = [
  [/^CURRENT$/, ["unreadable", "missingFile"]],
  [/^MANIFEST/, ["damagedLog", "missingFile"]],
  [/\.log$/, ["damagedLog", "missingFile"]],
  [/\.ldb$/, ["damagedTable", "missingFile"]],
];

function isNamed(name: string, code: StoreErrorCode, what: string): void {
  const [, codes] = CODES.find(([file]) => file.test(name)) ?? [];
  assert.ok(codes?.includes(code), `${what} is named ${code}, SEED=${seed}`);
}

const folder = await mkdtemp(join(tmpdir(), "proofbook-files-"));
test.after(() => rm(folder, { recursive: true, force: true }));
const path = join(folder, "data");
/** After each write of the last life. */
const contents = await makeDatabase(path);
const files = await filesIn(path);
const copy = join(folder, "copy");

type Change = [what: string, bytes: Buffer, content?: string];

/**
 * Tries changed bytes of one file, one after the other: they are named, or the content is as ever, or what the change says. The
 * copy is made anew only when it was opened and so rewritten.
 */
async function tryEach(
  name: string,
  changes: Iterable<Change>,
): Promise<{ named: number; same: number; earlier: number }> {
  const found = { named: 0, same: 0, earlier: 0 };
  const last = contents.at(-1)!;
  await copyOf(path, copy);
  for (const [what, bytes, content = last] of changes) {
    const at = `${name}: ${what}`;
    await writeFile(join(copy, name), bytes);
    const outcome = await outcomeAt(copy);
    if ("code" in outcome) {
      isNamed(name, outcome.code, at);
      found.named += 1;
      continue;
    }
    assert.is(outcome.content, content, `${at} is not seen, SEED=${seed}`);
    found[content === last ? "same" : "earlier"] += 1;
    await copyOf(path, copy);
  }
  return found;
}

const flipped = (bytes: Buffer, at: number, mask: number): Buffer => {
  const copy = Buffer.from(bytes);
  copy[at]! ^= mask;
  return copy;
};

function* positions(random: Random, length: number, sample = SAMPLE, edge = EDGE_BYTES): Generator<number> {
  for (let at = 0; at < length; at++)
    if (!isSample || at < edge || at >= length - edge || random.below(length) < sample) yield at;
}

test("the database of these tests has tables and a log, and opens", async () => {
  const names = [...files.keys()];
  assert.ok(names.filter((name) => name.endsWith(".ldb")).length >= 2, names.join());
  assert.ok(files.get(names.find((name) => name.endsWith(".log"))!)!.length > 1000);
  assert.is(new Set(contents).size, contents.length);
  await copyOf(path, copy);
  assert.equal(await outcomeAt(copy), { content: contents.at(-1) });
});

test("a changed byte is named, wherever it is, or changes nothing", async () => {
  const random = new Random(seed);
  function* changes(bytes: Buffer): Generator<Change> {
    for (const at of positions(random, bytes.length)) {
      const mask = 1 + random.below(255);
      yield [`byte ${at} ^ ${mask}`, flipped(bytes, at, mask)];
    }
  }
  for (const [name, bytes] of files) {
    const { named, same } = await tryEach(name, changes(bytes));
    console.log(`${name}: of ${bytes.length} bytes ${named} named, ${same} without effect`);
    // The zeros before the magic number of a table are read by nobody.
    assert.ok(same <= (name.endsWith(".ldb") ? 40 : 0), `${name}: ${same} are not seen, SEED=${seed}`);
  }
});

test("a wrong bit in the length of any record of a log or MANIFEST is damage, not a torn end", async () => {
  function* changes(bytes: Buffer): Generator<Change> {
    for (const header of headersIn(bytes))
      for (let bit = 0; bit < 16; bit++)
        yield [
          `bit ${bit} of the length at ${header}`,
          flipped(bytes, header + 4 + (bit >> 3), 1 << (bit & 7)),
        ];
  }
  for (const [name, bytes] of files)
    if (/^MANIFEST|\.log$/.test(name)) {
      const { named, same } = await tryEach(name, changes(bytes));
      assert.ok(named > 0 && same === 0, name);
    }
});

/** Where the records of a file end. */
const endsIn = (bytes: Buffer): number[] =>
  [...headersIn(bytes)].flatMap((at) =>
    [FragmentType.full, FragmentType.last].includes(bytes[at + 6]!)
      ? [at + HEADER_BYTES + bytes.readUInt16LE(at + 4)]
      : [],
  );

/** Of fragments of records. */
function* headersIn(bytes: Buffer): Generator<number> {
  for (let at = 0; at < bytes.length; ) {
    const room = 32_768 - (at % 32_768);
    if (room < HEADER_BYTES) at += room;
    if (at + HEADER_BYTES > bytes.length) return;
    yield at;
    at += HEADER_BYTES + bytes.readUInt16LE(at + 4);
  }
}

test("a file that is cut is named; a log that is cut is what a torn one is: the state after its last whole record", async () => {
  const random = new Random(seed);
  for (const [name, bytes] of files) {
    const isLog = name.endsWith(".log");
    const ends = isLog ? endsIn(bytes) : [];
    if (isLog) assert.is(ends.length, contents.length - 1);
    function* changes(): Generator<Change> {
      const sample = isLog ? TORN_SAMPLE : SAMPLE;
      for (const at of positions(random, bytes.length, sample, isLog ? 2 : EDGE_BYTES)) {
        const content = isLog ? contents[ends.filter((end) => end <= at).length]! : contents.at(-1)!;
        yield [`cut at ${at}`, bytes.subarray(0, at), content];
      }
    }
    const { named, same, earlier } = await tryEach(name, changes());
    console.log(`${name}: ${named} cuts named, ${earlier} taken for torn`);
    assert.equal([same, isLog ? named : earlier], [0, 0], name);
  }
});

test("a file that is gone is named", async () => {
  for (const name of files.keys()) {
    await copyOf(path, copy);
    await rm(join(copy, name));
    assert.equal(await outcomeAt(copy), { code: "missingFile" }, name);
    assert.equal(await outcomeAt(copy), { code: "missingFile" }, `${name}, at the next start`);
  }
});

test.run();
