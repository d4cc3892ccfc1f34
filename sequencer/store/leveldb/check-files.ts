/**
 * Looks through the files of a database before LevelDB opens it, which believes its tables unseen, takes for unwritten what a wrong
 * length hides, begins anew where CURRENT is gone, and writes new files over all that (leveldb/doc/impl.md):
 *
 *   CURRENT          name of the present MANIFEST
 *   MANIFEST-n       which tables hold the rows, and from which log on rows are only in logs
 *   n.ldb, n.sst     tables: checked when they are named there; others are what a stop left behind, whole or not
 *   n.log            logs; their records follow one another, each from the number that the one before ended with
 *
 * Changes nothing.
 */
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { StoreError } from "../store-error.ts";
import { type Manifest, readManifest } from "./manifest.ts";
import { recordsOf } from "./records.ts";
import { checkTable } from "./table.ts";

/** The first thing that LevelDB writes, before CURRENT. */
const FIRST_MANIFEST = "MANIFEST-000001";

export async function checkFiles(folder: string): Promise<void> {
  const names = await namesIn(folder);
  if (!names.has("CURRENT")) {
    const rest = [...names].find((name) => isDatabaseFile(name) && name !== FIRST_MANIFEST);
    if (rest !== undefined) throw new StoreError("missingFile", `${folder} has ${rest}, but no CURRENT`);
    return;
  }
  const manifest = await readManifest(join(folder, await currentManifest(folder, names)));
  for (const { number, size } of manifest.tables) {
    const name = [`${digits(number)}.ldb`, `${digits(number)}.sst`].find((each) => names.has(each));
    if (name === undefined) throw new StoreError("missingFile", `table ${number} is not in ${folder}`);
    await checkTable(join(folder, name), size);
  }
  await checkLogs(folder, names, manifest);
}

async function namesIn(folder: string): Promise<Set<string>> {
  try {
    return new Set(await readdir(folder));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return new Set();
    throw error;
  }
}

const isDatabaseFile = (name: string): boolean => /^(MANIFEST-\d+|\d+\.(ldb|sst|log))$/.test(name);

const digits = (number: number): string => String(number).padStart(6, "0");

async function currentManifest(folder: string, names: ReadonlySet<string>): Promise<string> {
  const [, name] = /^(MANIFEST-\d+)\n$/.exec(await readFile(join(folder, "CURRENT"), "latin1")) ?? [];
  if (name === undefined) throw new StoreError("unreadable", `${folder}: CURRENT names no MANIFEST`);
  if (!names.has(name)) throw new StoreError("missingFile", `${name} is not in ${folder}`);
  return name;
}

async function checkLogs(
  folder: string,
  names: ReadonlySet<string>,
  { log, previousLog }: Manifest,
): Promise<void> {
  const logs = [...names].flatMap((name) => (/^\d+\.log$/.test(name) ? [Number.parseInt(name, 10)] : []));
  // LevelDB makes a log before it names it. A new database names none.
  if (log !== 0 && !logs.includes(log)) throw new StoreError("missingFile", `log ${log} is not in ${folder}`);
  let next: bigint | undefined;
  for (const number of logs.filter((each) => each >= log || each === previousLog).sort((a, b) => a - b)) {
    const path = join(folder, `${digits(number)}.log`);
    for await (const record of recordsOf(path)) {
      const { first, count } = batchOf(record, path);
      if (next !== undefined && next !== first)
        throw new StoreError("damagedLog", `${path} goes on at ${first}, not at ${next}`);
      next = first + count;
    }
  }
}

/** A batch of writes begins with the sequence number of the first of them (8) and how many they are (4). */
function batchOf(record: Buffer, path: string): { first: bigint; count: bigint } {
  if (record.length < 12)
    throw new StoreError("damagedLog", `${path} has a record that is no batch of writes`);
  return { first: record.readBigUInt64LE(0), count: BigInt(record.readUInt32LE(8)) };
}
