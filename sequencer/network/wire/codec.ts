/**
 * Protocol buffers, read strictly. The format is the one of any protobuf library; of the many encodings of a value
 * exactly one is accepted, the one that is written here:
 *
 *     fields in ascending order, each exactly once and also when it is zero; only what may be absent is left out
 *     integers as their shortest varint, below 2^53; lists as repeated fields; hashes and signatures as bytes
 *
 * So decoding is the inverse of encoding: whatever decodes would encode to the same bytes. Lengths are compared with
 * what is there and with their bound before anything is made of them, so what decoding allocates is a small multiple of
 * the input.
 */
import type { Reader, Writer } from "protons-runtime";
import { reader as readerOf, writer as writerOf } from "protons-runtime";
import { refuse, WireError } from "./wire-error.ts";

/** Protobuf's wire types that occur. */
const VARINT = 0;
const DELIMITED = 2;

/** How a value of one field is written behind its tag, and read back. */
export interface Codec<T> {
  readonly wireType: typeof VARINT | typeof DELIMITED;
  write(value: T, writer: Writer): void;
  read(reader: Reader): T;
}

export function encode<T>(codec: MessageCodec<T>, value: T): Uint8Array<ArrayBuffer> {
  const writer = writerOf();
  codec.writeBody(value, writer);
  return writer.finish();
}

/** Throws `WireError` and nothing else. */
export function decode<T>(codec: MessageCodec<T>, bytes: Uint8Array): T {
  try {
    return codec.readBody(bytes);
  } catch (error) {
    // The library's reader throws a RangeError at the end of its input and for integers that no double holds.
    if (error instanceof RangeError) throw new WireError("malformed");
    throw error;
  }
}

export const unsigned = (max = Number.MAX_SAFE_INTEGER): Codec<number> => ({
  wireType: VARINT,
  write: (value, writer) => {
    if (!Number.isSafeInteger(value) || value < 0 || value > max)
      throw new Error(`no integer to ${max}: ${value}`);
    writer.uint64Number(value);
  },
  read: (reader) => {
    const value = readVarint(reader);
    return value <= max ? value : refuse("outOfRange");
  },
});

export const flag: Codec<boolean> = {
  wireType: VARINT,
  write: (value, writer) => writer.uint64Number(value ? 1 : 0),
  read: (reader) => {
    const value = readVarint(reader);
    return value <= 1 ? value === 1 : refuse("outOfRange");
  },
};

/** One of some words, as its place among them from 1 on. */
export const oneOf = <T extends string>(words: readonly T[]): Codec<T> => ({
  wireType: VARINT,
  write: (value, writer) => {
    const index = words.indexOf(value);
    if (index < 0) throw new Error(`none of ${words}: ${value}`);
    writer.uint64Number(index + 1);
  },
  read: (reader) => words[readVarint(reader) - 1] ?? refuse("outOfRange"),
});

/** A copy, so that a short field does not keep the long frame it came in. */
export const bytes = (min: number, max: number): Codec<Uint8Array> => ({
  wireType: DELIMITED,
  write: (value, writer) => {
    if (value.length < min || value.length > max)
      throw new Error(`${value.length} bytes, not ${min} to ${max}`);
    writer.bytes(value);
  },
  read: (reader) => new Uint8Array(readDelimited(reader, min, max)),
});

/** The same bytes under another type. */
export const mapped = <T>(
  inner: Codec<Uint8Array>,
  to: (value: T) => Uint8Array,
  from: (bytes: Uint8Array) => T,
) =>
  ({
    wireType: DELIMITED,
    write: (value, writer) => inner.write(to(value), writer),
    read: (reader) => from(inner.read(reader)),
  }) satisfies Codec<T>;

export interface MessageCodec<T> extends Codec<T> {
  /** Without a length before it. */
  writeBody(value: T, writer: Writer): void;
  /** All of the bytes, no more and no less. */
  readBody(bytes: Uint8Array): T;
}

export const delimited = <T>(
  writeBody: MessageCodec<T>["writeBody"],
  readBody: MessageCodec<T>["readBody"],
): MessageCodec<T> => ({
  wireType: DELIMITED,
  writeBody,
  readBody,
  write: (value, writer) => {
    writer.fork();
    writeBody(value, writer);
    writer.ldelim();
  },
  read: (reader) => readBody(readDelimited(reader, 0, reader.len)),
});

export const openBody = (body: Uint8Array): Reader => readerOf(body);

/** Whether a field with this number and type comes next; if so it is entered. */
export function entersField(reader: Reader, number: number, wireType: number): boolean {
  if (reader.pos === reader.len) return false;
  const start = reader.pos;
  if (readVarint(reader) === number * 8 + wireType) return true;
  reader.pos = start;
  return false;
}

export const writeTag = (writer: Writer, number: number, wireType: number): void => {
  writer.uint64Number(number * 8 + wireType);
};

function readVarint(reader: Reader): number {
  const value = reader.uint64Number();
  // The reader goes on by the shortest encoding's length: a byte that says "more" there was the start of a longer one.
  if (reader.pos > reader.len || reader.buf[reader.pos - 1]! >= 0x80) refuse("malformed");
  return value;
}

function readDelimited(reader: Reader, min: number, max: number): Uint8Array {
  const length = readVarint(reader);
  if (length > reader.len - reader.pos) refuse("malformed");
  if (length < min || length > max) refuse("outOfRange");
  const start = reader.pos;
  // Looked at above: no more than there is.
  reader.pos += length;
  return reader.buf.subarray(start, start + length);
}
