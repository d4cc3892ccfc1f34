/** Numbers of 256 bits as four words of 64, the lowest first: as the kernel reads and writes them. */

/** Words of a number. */
export const NUMBER_WORDS = 4;

/** Writes a number modulo 2^256. */
export function writeNumber(words: BigUint64Array, first: number, value: bigint): void {
  // The array takes each value modulo 2^64.
  words[first] = value;
  words[first + 1] = value >> 64n;
  words[first + 2] = value >> 128n;
  words[first + 3] = value >> 192n;
}

export function readNumber(words: BigUint64Array, first: number): bigint {
  const high = (words[first + 3]! << 64n) | words[first + 2]!;
  return (high << 128n) | (words[first + 1]! << 64n) | words[first]!;
}

export function wordsOf(value: bigint): BigUint64Array {
  const words = new BigUint64Array(NUMBER_WORDS);
  writeNumber(words, 0, value);
  return words;
}

/** Whether the number at a place is below a bound. */
export function isBelow(words: BigUint64Array, first: number, bound: BigUint64Array): boolean {
  for (let word = NUMBER_WORDS - 1; word >= 0; word--) {
    const found = words[first + word]!;
    const limit = bound[word]!;
    if (found !== limit) return found < limit;
  }
  return false;
}
