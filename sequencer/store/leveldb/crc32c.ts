/**
 * CRC-32C (Castagnoli) of RFC 3720, section 12.1 and its examples in B.4, as LevelDB stores it: masked, because a checksum of
 * bytes that hold their own checksum is a bad one (leveldb/util/crc32c.h).
 *
 *   masked = rotate_right(crc, 15) + 0xa282ead8
 *
 * Sixteen bytes at a time: `TABLES[256 k + b]` is what byte b does to the register when k bytes follow it.
 */
const POLYNOMIAL = 0x82f63b78;
const STRIDE = 16;
const MASK_DELTA = 0xa282ead8;

const TABLES = tables();

function tables(): Int32Array {
  const found = new Int32Array(256 * STRIDE);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
    found[byte] = crc;
  }
  for (let at = 256; at < found.length; at++) {
    const before = found[at - 256]!;
    found[at] = (before >>> 8) ^ found[before & 255]!;
  }
  return found;
}

/** Of the bytes from `start` to before `end`. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const t = TABLES;
  const b = bytes;
  let crc = -1;
  let i = start;
  for (; i + STRIDE <= end; i += STRIDE)
    crc =
      t[3840 + (b[i]! ^ (crc & 255))]! ^
      t[3584 + (b[i + 1]! ^ ((crc >>> 8) & 255))]! ^
      t[3328 + (b[i + 2]! ^ ((crc >>> 16) & 255))]! ^
      t[3072 + (b[i + 3]! ^ (crc >>> 24))]! ^
      t[2816 + b[i + 4]!]! ^
      t[2560 + b[i + 5]!]! ^
      t[2304 + b[i + 6]!]! ^
      t[2048 + b[i + 7]!]! ^
      t[1792 + b[i + 8]!]! ^
      t[1536 + b[i + 9]!]! ^
      t[1280 + b[i + 10]!]! ^
      t[1024 + b[i + 11]!]! ^
      t[768 + b[i + 12]!]! ^
      t[512 + b[i + 13]!]! ^
      t[256 + b[i + 14]!]! ^
      t[b[i + 15]!]!;
  for (; i < end; i++) crc = t[(crc ^ b[i]!) & 255]! ^ (crc >>> 8);
  return ~crc >>> 0;
}

export const masked = (crc: number): number => (((crc >>> 15) | (crc << 17)) + MASK_DELTA) >>> 0;
