/**
 * Values as JSON and as bytes, and back, from one table per type, so that the directions cannot drift apart. JSON is for
 * others to read; bytes (bytes.ts) are for the database.
 *
 * Decoding trusts nothing: every field is there, none is more, numbers are in range and lists bounded, or it
 * throws `MalformedValue`, which names the place. Integers below 2^53 are numbers in JSON, larger ones decimal strings.
 */
import type { ByteReader, ByteWriter } from "./bytes.ts";
import { MalformedValue } from "./malformed-value.ts";

export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export interface Codec<T> {
  encode(value: T): Json;
  decode(json: unknown, path: string): T;
  /** Its own bytes; what has none is kept as the text of its JSON. */
  readonly bytes?: ByteCodec<T>;
}

export interface ByteCodec<T> {
  write(to: ByteWriter, value: T): void;
  read(from: ByteReader, path: string): T;
}

/** A codec that has bytes of its own. */
export type BinaryCodec<T> = Codec<T> & { readonly bytes: ByteCodec<T> };

export const bytesOf = <T>(codec: Codec<T>): ByteCodec<T> => codec.bytes ?? asText(codec);

const asText = <T>(codec: Codec<T>): ByteCodec<T> => ({
  write: (to, value) => to.text(JSON.stringify(codec.encode(value))),
  read: (from, path) => codec.decode(parsed(from.text(path), path), path),
});

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new MalformedValue("notAnObject", path);
  }
}

/** An integer from `low` to `high`, both below 2^53 in size, of signed ones below 2^52. */
export const between = (low: number, high: number): BinaryCodec<number> => {
  if (low < 0 && low <= -(2 ** 52)) throw new RangeError("a signed number has at most 52 bits");
  const ranged = (value: number, path: string): number => {
    if (value < low || value > high) throw new MalformedValue("outOfRange", path);
    // -0 would not be the same value as the 0 that was encoded.
    return value + 0;
  };
  return {
    encode: (value) => value,
    decode: (json, path) => {
      if (!Number.isSafeInteger(json)) throw new MalformedValue("notAnInteger", path);
      return ranged(json as number, path);
    },
    bytes:
      low >= 0
        ? {
            write: (to, value) => to.number(value),
            read: (from, path) => ranged(from.number(path), path),
          }
        : {
            write: (to, value) => to.number(value < 0 ? -2 * value + 1 : 2 * value),
            read: (from, path) => {
              const doubled = from.number(path);
              if (doubled === 1) throw new MalformedValue("notAnInteger", path);
              const size = Math.floor(doubled / 2);
              return ranged(doubled % 2 === 1 ? -size : size, path);
            },
          },
  };
};

/** An unsigned integer of so many bits, as a number. */
export const unsigned = (bits: number): BinaryCodec<number> => between(0, 2 ** bits - 1);

/** An integer whose absolute value has so many bits, as a number. */
export const signed = (bits: number): BinaryCodec<number> => between(1 - 2 ** bits, 2 ** bits - 1);

/** The same for money and field elements: bigints, as decimal strings. */
const bigBetween = (low: bigint, high: bigint): BinaryCodec<bigint> => {
  const longest = 1 + Math.max(String(low).length, String(high).length);
  const ranged = (value: bigint, path: string): bigint => {
    if (value < low || value > high) throw new MalformedValue("outOfRange", path);
    return value;
  };
  return {
    encode: (value) => value.toString(),
    decode: (json, path) => {
      // The length first: turning a long string into a bigint takes quadratic time.
      if (typeof json !== "string" || json.length > longest || !/^(0|-?[1-9][0-9]*)$/.test(json))
        throw new MalformedValue("notADecimal", path);
      return ranged(BigInt(json), path);
    },
    bytes: {
      write: (to, value) => to.large(value),
      read: (from, path) => ranged(from.large(path), path),
    },
  };
};

export const bigUnsigned = (bits: number): BinaryCodec<bigint> => bigBetween(0n, (1n << BigInt(bits)) - 1n);

export const bigSigned = (bits: number): BinaryCodec<bigint> =>
  bigBetween(1n - (1n << BigInt(bits)), (1n << BigInt(bits)) - 1n);

export const bigBelow = (limit: bigint): BinaryCodec<bigint> => bigBetween(0n, limit - 1n);

export const flag: BinaryCodec<boolean> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== "boolean") throw new MalformedValue("notABoolean", path);
    return json;
  },
  bytes: {
    write: (to, value) => to.byte(value ? 1 : 0),
    read: (from, path) => {
      const byte = from.byte(path);
      if (byte > 1) throw new MalformedValue("notABoolean", path);
      return byte === 1;
    },
  },
};

export const nullable = <T>(inner: Codec<T>): BinaryCodec<T | null> => {
  const innerBytes = bytesOf(inner);
  return {
    encode: (value) => (value === null ? null : inner.encode(value)),
    decode: (json, path) => (json === null ? null : inner.decode(json, path)),
    bytes: {
      write: (to, value) => {
        flag.bytes.write(to, value !== null);
        if (value !== null) innerBytes.write(to, value);
      },
      read: (from, path) => (flag.bytes.read(from, path) ? innerBytes.read(from, path) : null),
    },
  };
};

/** A list of `least` to `most` entries. */
export const list = <T>(inner: Codec<T>, least: number, most: number): BinaryCodec<T[]> => {
  const innerBytes = bytesOf(inner);
  return {
    encode: (values) => values.map((value) => inner.encode(value)),
    decode: (json, path) => {
      if (!Array.isArray(json)) throw new MalformedValue("notAList", path);
      if (json.length < least || json.length > most) throw new MalformedValue("wrongLength", path);
      return json.map((entry, i) => inner.decode(entry, `${path}[${i}]`));
    },
    bytes: {
      write: (to, values) => {
        to.number(values.length);
        for (const value of values) innerBytes.write(to, value);
      },
      read: (from, path) => {
        const length = from.number(path);
        if (length < least || length > most) throw new MalformedValue("wrongLength", path);
        // Not made at once: a length without entries costs nothing.
        const values: T[] = [];
        for (let i = 0; i < length; i++) values.push(innerBytes.read(from, `${path}[${i}]`));
        return values;
      },
    },
  };
};

export const pair = <A, B>(first: Codec<A>, second: Codec<B>): BinaryCodec<readonly [A, B]> => {
  const [firstBytes, secondBytes] = [bytesOf(first), bytesOf(second)];
  return {
    encode: ([a, b]) => [first.encode(a), second.encode(b)],
    decode: (json, path) => {
      if (!Array.isArray(json)) throw new MalformedValue("notAList", path);
      if (json.length !== 2) throw new MalformedValue("wrongLength", path);
      return [first.decode(json[0], `${path}[0]`), second.decode(json[1], `${path}[1]`)];
    },
    bytes: {
      write: (to, [a, b]) => {
        firstBytes.write(to, a);
        secondBytes.write(to, b);
      },
      read: (from, path) => [firstBytes.read(from, `${path}[0]`), secondBytes.read(from, `${path}[1]`)],
    },
  };
};

/** A map with numbers as keys, as a list of pairs. */
export const mapOf = <T>(key: Codec<number>, value: Codec<T>, most: number): BinaryCodec<Map<number, T>> => {
  const entries = list(pair(key, value), 0, most);
  const distinct = (found: (readonly [number, T])[], path: string): Map<number, T> => {
    const map = new Map(found);
    if (map.size !== found.length) throw new MalformedValue("duplicate", path);
    return map;
  };
  return {
    encode: (map) => entries.encode([...map]),
    decode: (json, path) => distinct(entries.decode(json, path), path),
    bytes: {
      write: (to, map) => entries.bytes.write(to, [...map]),
      read: (from, path) => distinct(entries.bytes.read(from, path), path),
    },
  };
};

export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

/** An object with exactly these fields. */
export const object = <T extends object>(fields: Fields<T>): BinaryCodec<T> => {
  const names = Object.keys(fields) as (keyof T & string)[];
  const byteFields = names.map((name) => [name, bytesOf<unknown>(fields[name] as Codec<unknown>)] as const);
  return {
    encode: (value) => Object.fromEntries(names.map((name) => [name, fields[name].encode(value[name])])),
    decode: (json, path) => {
      if (typeof json !== "object" || json === null || Array.isArray(json))
        throw new MalformedValue("notAnObject", path);
      for (const name of Object.keys(json))
        if (!Object.hasOwn(fields, name)) throw new MalformedValue("unknownField", `${path}.${name}`);
      const value: Partial<T> = {};
      for (const name of names) {
        if (!Object.hasOwn(json, name)) throw new MalformedValue("missingField", `${path}.${name}`);
        value[name] = fields[name].decode((json as Record<string, unknown>)[name], `${path}.${name}`);
      }
      return value as T;
    },
    bytes: {
      write: (to, value) => {
        for (const [name, codec] of byteFields) codec.write(to, value[name]);
      },
      read: (from, path) => {
        const value: Record<string, unknown> = {};
        for (const [name, codec] of byteFields) value[name] = codec.read(from, `${path}.${name}`);
        return value as T;
      },
    },
  };
};

/** The same, kept as the text of its JSON. */
export const withoutBytes = <T>({ encode, decode }: Codec<T>): Codec<T> => ({ encode, decode });

/** The same as another codec's value in another shape. */
export const mapped = <T, Inner>(
  inner: BinaryCodec<Inner>,
  fold: (value: T) => Inner,
  unfold: (value: Inner, path: string) => T,
): BinaryCodec<T> => ({
  encode: (value) => inner.encode(fold(value)),
  decode: (json, path) => unfold(inner.decode(json, path), path),
  bytes: {
    write: (to, value) => inner.bytes.write(to, fold(value)),
    read: (from, path) => unfold(inner.bytes.read(from, path), path),
  },
});
