/**
 * Values as bytes: numbers take the room that they need, names of fields none. Every value has one spelling, and reading
 * trusts nothing, like decoding (codec.ts).
 *
 *   number below 2^53   seven bits a byte, the lowest first; the high bit says that more come
 *   signed number       twice its absolute value, plus one below zero
 *   large number        a byte of twice the count of its bytes, plus one below zero; then these, the lowest first
 *   text                its length in bytes, then these
 */
import { MalformedValue } from "./malformed-value.ts";

const SEVEN_BITS = 128;
const MAX_NUMBER_BYTES = 8;
/** Of a large number, so that the count has one byte. */
const MAX_LARGE_BYTES = 127;
/** Most rows fit; a writer grows. */
const FIRST_BYTES = 4096;

export class ByteWriter {
  private bytes = Buffer.alloc(FIRST_BYTES);
  private view = viewOf(this.bytes);
  private at = 0;

  /** What was written since the last call. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    return taken;
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.at++] = value;
  }

  /** A whole number from 0 to 2^53 - 1. */
  number(value: number): void {
    if (!(Number.isSafeInteger(value) && value >= 0)) throw new RangeError(`not a number to write: ${value}`);
    this.reserve(MAX_NUMBER_BYTES);
    let rest = value;
    while (rest >= SEVEN_BITS) {
      this.bytes[this.at++] = (rest % SEVEN_BITS) + SEVEN_BITS;
      rest = Math.floor(rest / SEVEN_BITS);
    }
    this.bytes[this.at++] = rest;
  }

  large(value: bigint): void {
    this.reserve(MAX_LARGE_BYTES + 1);
    const { bytes } = this;
    const start = this.at + 1;
    let at = start;
    for (let rest = value < 0n ? -value : value; rest > 0n; rest >>= 64n) {
      if (at - start > MAX_LARGE_BYTES - 8) throw new RangeError("a number of too many bytes");
      // Of each word the view takes the low 64 bits.
      this.view.setBigUint64(at, rest, true);
      at += 8;
    }
    while (at > start && bytes[at - 1] === 0) at--;
    bytes[this.at] = 2 * (at - start) + (value < 0n ? 1 : 0);
    this.at = at;
  }

  text(value: string): void {
    const length = Buffer.byteLength(value);
    this.number(length);
    this.reserve(length);
    this.at += this.bytes.write(value, this.at);
  }

  private reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return;
    const grown = Buffer.alloc(2 * this.bytes.length + count);
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
    this.view = viewOf(grown);
  }
}

const viewOf = ({ buffer, byteOffset, byteLength }: Uint8Array): DataView =>
  new DataView(buffer, byteOffset, byteLength);

export class ByteReader {
  private readonly bytes: Buffer;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  byte(path: string): number {
    const value = this.bytes[this.at++];
    if (value === undefined) throw new MalformedValue("tooShort", path);
    return value;
  }

  number(path: string): number {
    let value = 0;
    let factor = 1;
    for (let i = 0; i < MAX_NUMBER_BYTES; i++) {
      const byte = this.byte(path);
      value += (byte % SEVEN_BITS) * factor;
      if (byte >= SEVEN_BITS) factor *= SEVEN_BITS;
      else if (byte === 0 && i > 0) break;
      else return value;
    }
    throw new MalformedValue("notAnInteger", path);
  }

  large(path: string): bigint {
    const head = this.byte(path);
    const count = head >> 1;
    const isNegative = head % 2 === 1;
    const bytes = this.take(count, path);
    if (count === 0 ? isNegative : bytes[count - 1] === 0) throw new MalformedValue("notAnInteger", path);
    const value = count === 0 ? 0n : BigInt(`0x${Buffer.from(bytes).reverse().toString("hex")}`);
    return isNegative ? -value : value;
  }

  text(path: string): string {
    return this.take(this.number(path), path).toString();
  }

  end(path: string): void {
    if (this.at !== this.bytes.length) throw new MalformedValue("tooLong", path);
  }

  private take(count: number, path: string): Buffer {
    const end = this.at + count;
    if (end > this.bytes.length) throw new MalformedValue("tooShort", path);
    const taken = this.bytes.subarray(this.at, end);
    this.at = end;
    return taken;
  }
}
