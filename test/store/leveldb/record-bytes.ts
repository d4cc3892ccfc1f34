/** Files of records as LevelDB writes them, small enough for one block. */
import { crc32c, masked } from "../../../sequencer/store/leveldb/crc32c.ts";

export const FragmentType = { full: 1, first: 2, middle: 3, last: 4 };

export function fragment(data: Buffer, type: number = FragmentType.full): Buffer {
  const bytes = Buffer.alloc(7 + data.length);
  bytes.writeUInt16LE(data.length, 4);
  bytes[6] = type;
  data.copy(bytes, 7);
  bytes.writeUInt32LE(masked(crc32c(bytes, 6)), 0);
  return bytes;
}
