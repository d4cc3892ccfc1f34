/** Values as bytes: each comes back as it was, has one spelling, and no bytes that are none of it are taken for it. */
import { suite } from "uvu";
import * as assert from "uvu/assert";
import { ByteReader, ByteWriter } from "../../sequencer/batch/bytes.ts";
import {
  type BinaryCodec,
  between,
  bigSigned,
  bigUnsigned,
  flag,
  list,
  mapOf,
  nullable,
  object,
  pair,
  signed,
  unsigned,
} from "../../sequencer/batch/codec.ts";
import { MalformedValue } from "../../sequencer/batch/malformed-value.ts";
import { oneOf, text } from "../../sequencer/store/records.ts";
import { Random, testSeed } from "../generate/random.ts";

const test = suite("bytes");
const random = new Random(testSeed("bytes"));

function written<T>({ bytes }: BinaryCodec<T>, value: T): Buffer {
  const writer = new ByteWriter();
  bytes.write(writer, value);
  return writer.take();
}

function read<T>({ bytes }: BinaryCodec<T>, from: Uint8Array): T {
  const reader = new ByteReader(from);
  const value = bytes.read(reader, "value");
  reader.end("value");
  return value;
}

const comesBack = <T>(codec: BinaryCodec<T>, value: T): void =>
  assert.equal(read(codec, written(codec, value)), value);

const refuses = <T>(codec: BinaryCodec<T>, bytes: readonly number[]): void =>
  assert.throws(
    () => read(codec, Buffer.from(bytes)),
    (error: unknown) => error instanceof MalformedValue,
    `${bytes}`,
  );

test("numbers of every length come back", () => {
  for (let bits = 0; bits <= 53; bits++)
    for (const value of [2 ** bits - 1, 2 ** (bits - 1)].map(Math.floor)) comesBack(unsigned(53), value);
  for (let bits = 0; bits <= 51; bits++)
    for (const value of [2 ** bits - 1, 2 ** bits]) {
      if (value >= 2 ** 51) continue;
      comesBack(signed(51), value);
      comesBack(signed(51), value === 0 ? 0 : -value);
    }
  for (let bits = 0n; bits <= 256n; bits++)
    for (const value of [(1n << bits) - 1n, (1n << bits) >> 1n]) {
      comesBack(bigUnsigned(256), value);
      comesBack(bigSigned(256), -value);
    }
});

test("what was composed comes back", () => {
  const codec = object({
    side: oneOf("buy", "sell"),
    name: text(20),
    flags: list(flag, 0, 40),
    best: nullable(pair(unsigned(8), signed(8))),
    sizes: mapOf(unsigned(8), bigSigned(64), 9),
  });
  for (let i = 0; i < 50; i++)
    comesBack(codec as BinaryCodec<unknown>, {
      side: random.chance(0.5) ? "buy" : "sell",
      name: ["", "a", "äöü", "\u0000"][random.below(4)]!,
      flags: Array.from({ length: random.below(40) }, () => random.chance(0.5)),
      best: random.chance(0.5) ? null : [random.below(256), -random.between(1, 255)],
      sizes: new Map(Array.from({ length: 9 }, () => [random.below(256), BigInt(random.bits32())])),
    });
});

test("second spellings are refused", () => {
  refuses(unsigned(53), [0x80, 0]);
  refuses(signed(8), [1]);
  refuses(bigUnsigned(64), [4, 1, 0]);
  refuses(bigSigned(64), [1]);
  refuses(flag, [2]);
  refuses(mapOf(unsigned(8), flag, 9), [2, 1, 0, 1, 0]);
});

test("what is out of range, too short or too long is refused", () => {
  refuses(between(3, 9), [2]);
  refuses(between(3, 9), [10]);
  refuses(unsigned(53), new Array(8).fill(0xff));
  refuses(bigUnsigned(8), [4, 1, 1]);
  refuses(bigUnsigned(8), [3, 1]);
  refuses(list(flag, 0, 2), [3, 0, 0, 0]);
  refuses(unsigned(8), []);
  refuses(unsigned(8), [1, 1]);
  refuses(bigUnsigned(64), [4, 1]);
  refuses(list(flag, 0, 2 ** 40), [...new Array(5).fill(0xff), 1]);
  assert.throws(() => written(unsigned(8), -1), /not a number/);
  assert.throws(() => written(unsigned(8), 0.5), /not a number/);
});

test.run();
