/**
 * The records of a log or MANIFEST (leveldb/doc/log_format.md). The file is blocks of 32 KiB; a block is fragments of records
 *
 *   masked crc32c of type and data (4)   length of the data (2)   type (1)   data
 *
 * and fewer than 7 bytes that no header fits into. A record is one fragment, `full`, or several, `first`, `middle`, `last`.
 *
 * A writer that dies leaves a **torn** end: a fragment of which a part is there, a record of which the last fragments are
 * missing, or zeros where the file had grown but nothing was written. Such a record was never acknowledged. LevelDB takes for
 * torn whatever claims to go on behind the end of the file, and says nothing: a wrong length in the last block makes it drop
 * records that were acknowledged. So here a fragment like that is **damaged**, not torn, when
 *
 *   - it is whole with the length that is there, or
 *   - a whole fragment follows: who died writing it wrote nothing behind it.
 *
 * Zeros are torn only to the end of the file. All else that does not fit is damaged.
 *
 * What cannot be told apart: a file that was cut off later from one whose writer died there.
 */
import { type FileHandle, open } from "node:fs/promises";
import { StoreError } from "../store-error.ts";
import { crc32c, masked } from "./crc32c.ts";
import { readAt } from "./read-at.ts";

const BLOCK_BYTES = 32_768;
export const HEADER_BYTES = 7;
const FragmentType = { zero: 0, full: 1, first: 2, middle: 3, last: 4 } as const;

interface Fragment {
  readonly type: number;
  readonly data: Buffer;
}

/** All whole records, the oldest first; throws `damagedLog`. */
export async function* recordsOf(path: string): AsyncGenerator<Buffer> {
  const file = await open(path);
  try {
    let begun: Buffer[] | null = null;
    for await (const { type, data } of fragmentsOf(path, file)) {
      const isStart = type === FragmentType.full || type === FragmentType.first;
      if (isStart !== (begun === null)) throw damaged(path, "a fragment of a record is missing");
      begun = [...(begun ?? []), data];
      if (type === FragmentType.first || type === FragmentType.middle) continue;
      yield Buffer.concat(begun);
      begun = null;
    }
  } finally {
    await file.close();
  }
}

async function* fragmentsOf(path: string, file: FileHandle): AsyncGenerator<Fragment> {
  const { size } = await file.stat();
  let isOver = false;
  for (let start = 0; start < size; start += BLOCK_BYTES) {
    const block = await readAt(file, start, Math.min(BLOCK_BYTES, size - start));
    for (let at = 0; at + HEADER_BYTES <= block.length; ) {
      const rest = block.subarray(at);
      isOver ||= isEmpty(rest);
      if (isOver) {
        if (rest.some((byte) => byte !== 0))
          throw damaged(path, `something follows the zeros before ${start + at}`);
        break;
      }
      const fragment = wholeFragment(rest);
      if (fragment === undefined) {
        if (block.length === BLOCK_BYTES || !isTorn(rest))
          throw damaged(path, `the checksum or the length at ${start + at} is wrong`);
        return;
      }
      yield fragment;
      at += HEADER_BYTES + fragment.data.length;
    }
  }
}

const lengthOf = (header: Buffer): number => header.readUInt16LE(4);

/** LevelDB skips the rest of a block without a word where a header has neither type nor length. */
const isEmpty = (header: Buffer): boolean => header[6] === FragmentType.zero && lengthOf(header) === 0;

/** The fragment that begins here; undefined when none does that is whole. */
function wholeFragment(bytes: Buffer, length = lengthOf(bytes)): Fragment | undefined {
  const type = bytes[6]!;
  const end = HEADER_BYTES + length;
  if (type === FragmentType.zero || type > FragmentType.last || end > bytes.length) return undefined;
  if (masked(crc32c(bytes, 6, end)) !== bytes.readUInt32LE(0)) return undefined;
  return { type, data: bytes.subarray(HEADER_BYTES, end) };
}

/** Of the last bytes of a file, at whose beginning no whole fragment is. */
function isTorn(bytes: Buffer): boolean {
  if (HEADER_BYTES + lengthOf(bytes) <= bytes.length) return false;
  if (wholeFragment(bytes, bytes.length - HEADER_BYTES) !== undefined) return false;
  for (let at = 1; at + HEADER_BYTES <= bytes.length; at++)
    if (wholeFragment(bytes.subarray(at)) !== undefined) return false;
  return true;
}

const damaged = (path: string, what: string): StoreError => new StoreError("damagedLog", `${path}: ${what}`);
