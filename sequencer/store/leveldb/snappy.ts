/**
 * Takes apart what Snappy compressed (github.com/google/snappy, format_description.txt): LevelDB compresses blocks with it, also
 * the index of a table. The length of the result as a varint, then elements until the end; the two low bits of the first
 * byte of an element are its kind, the other six are `n`:
 *
 *   0   literal of n + 1 bytes; of 60 to 63, the length less one is in the next n - 59 bytes
 *   1   copy of (n mod 8) + 4 bytes; how far back: floor(n / 8) * 256 + the next byte
 *   2   copy of n + 1 bytes from as far back as the next 2 bytes say
 *   3   the same with 4 bytes
 *
 * Numbers have their lowest byte first. A copy may reach into what it writes itself.
 */
import { Fields, MalformedField } from "./fields.ts";

const LONGEST_SHORT_LITERAL = 60;
/** A copy of 64 bytes takes three. */
const MAX_RATIO = 22;

export function uncompressed(bytes: Buffer): Buffer {
  const fields = new Fields(bytes);
  const length = fields.varint();
  if (length > bytes.length * MAX_RATIO) throw new MalformedField("it claims to be longer than it can be");
  const result = Buffer.alloc(length);
  let end = 0;
  while (!fields.areOver) {
    const tag = fields.bytes(1)[0]!;
    const n = tag >> 2;
    if ((tag & 3) === 0) {
      const extra = Math.max(0, n - LONGEST_SHORT_LITERAL + 1);
      const literal = fields.bytes((extra === 0 ? n : numberOf(fields.bytes(extra))) + 1);
      end += fit(literal.length, length - end);
      literal.copy(result, end - literal.length);
    } else {
      const isShort = (tag & 3) === 1;
      const copied = fit(isShort ? (n & 7) + 4 : n + 1, length - end);
      const back = isShort
        ? (n >> 3) * 256 + numberOf(fields.bytes(1))
        : numberOf(fields.bytes(tag & 2 && tag & 1 ? 4 : 2));
      if (back === 0 || back > end) throw new MalformedField("it copies from before its beginning");
      for (const last = end + copied; end < last; end++) result[end] = result[end - back]!;
    }
  }
  if (end !== length) throw new MalformedField("it is shorter than it claims");
  return result;
}

const numberOf = (bytes: Buffer): number => bytes.readUIntLE(0, bytes.length);

function fit(count: number, room: number): number {
  if (count > room) throw new MalformedField("it is longer than it claims");
  return count;
}
