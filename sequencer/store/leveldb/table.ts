/**
 * A table (leveldb/doc/table_format.md): blocks one after the other, then 48 bytes of footer.
 *
 *   data blocks   filter block, if any   metaindex block   index block   footer
 *
 *   block     data, type (1: 0 as it is, 1 Snappy), masked crc32c of data and type (4)
 *   handle    offset and length of a block's data, as varints
 *   footer    handle of the metaindex, handle of the index, zeros up to 40 bytes, magic number (8)
 *
 * Data of the index and the metaindex is entries, `length of the key that is shared with the one before, of the rest, of the
 * value, rest of the key, value`, then the offsets of some of them (4 each) and their count (4). The values are handles: of the
 * data blocks in one, of filters in the other. LevelDB opened as it is here compares no block with its checksum.
 */
import { type FileHandle, open } from "node:fs/promises";
import { StoreError } from "../store-error.ts";
import { crc32c, masked } from "./crc32c.ts";
import { Fields, MalformedField } from "./fields.ts";
import { readAt } from "./read-at.ts";
import { uncompressed } from "./snappy.ts";

const FOOTER_BYTES = 48;
const MAGIC = 0xdb4775248b80fb57n;
/** Type and checksum behind a block's data. */
const TRAILER_BYTES = 5;
const BlockType = { plain: 0, snappy: 1 } as const;
/** Read at once; more only if a block is larger. */
const PIECE_BYTES = 1 << 20;

interface Handle {
  readonly offset: number;
  readonly length: number;
}

const endOf = ({ offset, length }: Handle): number => offset + length + TRAILER_BYTES;

/** Compares all blocks with their checksums and sees that nothing else is in the file; throws `damagedTable`. */
export async function checkTable(path: string, size: number): Promise<void> {
  const file = await open(path);
  try {
    const found = (await file.stat()).size;
    if (found !== size) throw new Damage(`it has ${found} bytes, not ${size}`);
    await checkBlocks(file, size);
  } catch (error) {
    if (!(error instanceof Damage || error instanceof MalformedField)) throw error;
    throw new StoreError("damagedTable", `${path}: ${error.message}`, { cause: error });
  } finally {
    await file.close();
  }
}

/** What is wrong with a table; whoever knows the file names it. */
class Damage extends Error {}

async function checkBlocks(file: FileHandle, size: number): Promise<void> {
  if (size < FOOTER_BYTES) throw new Damage("it is shorter than its footer");
  const footer = await readAt(file, size - FOOTER_BYTES, FOOTER_BYTES);
  if (footer.readBigUInt64LE(FOOTER_BYTES - 8) !== MAGIC) throw new Damage("the magic number is wrong");
  const handles = new Fields(footer);
  const metaindex = handleFrom(handles);
  const index = handleFrom(handles);
  const blocks = [
    ...(await handlesIn(file, index, size)),
    ...(await handlesIn(file, metaindex, size)),
    metaindex,
    index,
  ];
  let end = 0;
  for (const block of blocks) {
    if (block.offset !== end) throw new Damage(`no block begins at ${end}`);
    end = endOf(block);
  }
  if (end !== size - FOOTER_BYTES) throw new Damage(`the footer does not begin at ${end}`);
  await compareChecksums(file, blocks);
}

/** Of blocks that follow one another. */
async function compareChecksums(file: FileHandle, blocks: readonly Handle[]): Promise<void> {
  for (let first = 0; first < blocks.length; ) {
    const start = blocks[first]!.offset;
    let next = first + 1;
    while (next < blocks.length && endOf(blocks[next]!) - start <= PIECE_BYTES) next++;
    const piece = await readAt(file, start, endOf(blocks[next - 1]!) - start);
    for (const block of blocks.slice(first, next))
      compareChecksum(block, piece.subarray(block.offset - start, endOf(block) - start));
    first = next;
  }
}

/** `bytes` are the block with its trailer. */
function compareChecksum({ offset, length }: Handle, bytes: Buffer): void {
  if (masked(crc32c(bytes, 0, length + 1)) !== bytes.readUInt32LE(length + 1))
    throw new Damage(`the checksum of the block at ${offset} is wrong`);
}

/** The values of a block of handles. */
async function handlesIn(file: FileHandle, block: Handle, size: number): Promise<Handle[]> {
  if (endOf(block) > size) throw new Damage(`the block at ${block.offset} is longer than the file`);
  const bytes = await readAt(file, block.offset, block.length + TRAILER_BYTES);
  compareChecksum(block, bytes);
  const data = bytes.subarray(0, block.length);
  const type = bytes[block.length]!;
  if (type !== BlockType.plain && type !== BlockType.snappy)
    throw new Damage(`the block at ${block.offset} has type ${type}`);
  const values = valuesIn(type === BlockType.snappy ? uncompressed(data) : data);
  return values.map((value) => handleFrom(new Fields(value)));
}

function valuesIn(data: Buffer): Buffer[] {
  const entries = data.length - 4 - (data.length < 4 ? 0 : 4 * data.readUInt32LE(data.length - 4));
  if (entries < 0) throw new MalformedField("a block is shorter than it claims");
  const values: Buffer[] = [];
  for (const fields = new Fields(data.subarray(0, entries)); !fields.areOver; ) {
    fields.varint();
    const keyLength = fields.varint();
    const valueLength = fields.varint();
    fields.bytes(keyLength);
    values.push(fields.bytes(valueLength));
  }
  return values;
}

const handleFrom = (fields: Fields): Handle => ({ offset: fields.varint(), length: fields.varint() });
