/**
 * Values as JSON and back, from one table per type, so that the two directions cannot drift apart.
 *
 * Decoding trusts nothing: every field is there, none is more, numbers are in range and lists bounded, or it
 * throws `MalformedValue`, which names the place. Integers below 2^53 are numbers, larger ones decimal strings.
 */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [name: string]: Json };

export type MalformedReason =
  | "notAnObject"
  | "missingField"
  | "unknownField"
  | "notAList"
  /** A list of a fixed length has another, or one with a limit is longer. */
  | "wrongLength"
  /** A map or a set of names has one twice. */
  | "duplicate"
  | "notABoolean"
  /** Not an integer that a double holds exactly. */
  | "notAnInteger"
  /** Not a decimal string without leading zeros. */
  | "notADecimal"
  | "outOfRange"
  /** Each part is well formed, but they do not fit each other. */
  | "inconsistent";

/** What was read is not what it claims to be; nothing of it is used. */
export class MalformedValue extends Error {
  readonly code = "malformedValue";
  readonly reason: MalformedReason;
  readonly path: string;

  constructor(reason: MalformedReason, path: string) {
    super(`${path}: ${reason}`);
    this.name = "MalformedValue";
    this.reason = reason;
    this.path = path;
  }
}

export interface Codec<T> {
  encode(value: T): Json;
  decode(json: unknown, path: string): T;
}

/** An integer from `low` to `high`, both below 2^53 in size. */
export const between = (low: number, high: number): Codec<number> => ({
  encode: (value) => value,
  decode: (json, path) => {
    if (!Number.isSafeInteger(json)) throw new MalformedValue("notAnInteger", path);
    const value = json as number;
    if (value < low || value > high) throw new MalformedValue("outOfRange", path);
    // -0 would not be the same value as the 0 that was encoded.
    return value + 0;
  },
});

/** An unsigned integer of so many bits, as a number. */
export const unsigned = (bits: number): Codec<number> => between(0, 2 ** bits - 1);

/** An integer whose absolute value has so many bits, as a number. */
export const signed = (bits: number): Codec<number> => between(1 - 2 ** bits, 2 ** bits - 1);

/** The same for money and field elements: bigints, as decimal strings. */
const bigBetween = (low: bigint, high: bigint): Codec<bigint> => {
  const longest = 1 + Math.max(String(low).length, String(high).length);
  return {
    encode: (value) => value.toString(),
    decode: (json, path) => {
      // The length first: turning a long string into a bigint takes quadratic time.
      if (typeof json !== "string" || json.length > longest || !/^(0|-?[1-9][0-9]*)$/.test(json))
        throw new MalformedValue("notADecimal", path);
      const value = BigInt(json);
      if (value < low || value > high) throw new MalformedValue("outOfRange", path);
      return value;
    },
  };
};

export const bigUnsigned = (bits: number): Codec<bigint> => bigBetween(0n, (1n << BigInt(bits)) - 1n);

export const bigSigned = (bits: number): Codec<bigint> =>
  bigBetween(1n - (1n << BigInt(bits)), (1n << BigInt(bits)) - 1n);

export const bigBelow = (limit: bigint): Codec<bigint> => bigBetween(0n, limit - 1n);

export const flag: Codec<boolean> = {
  encode: (value) => value,
  decode: (json, path) => {
    if (typeof json !== "boolean") throw new MalformedValue("notABoolean", path);
    return json;
  },
};

export const nullable = <T>(inner: Codec<T>): Codec<T | null> => ({
  encode: (value) => (value === null ? null : inner.encode(value)),
  decode: (json, path) => (json === null ? null : inner.decode(json, path)),
});

/** A list of `least` to `most` entries. */
export const list = <T>(inner: Codec<T>, least: number, most: number): Codec<T[]> => ({
  encode: (values) => values.map((value) => inner.encode(value)),
  decode: (json, path) => {
    if (!Array.isArray(json)) throw new MalformedValue("notAList", path);
    if (json.length < least || json.length > most) throw new MalformedValue("wrongLength", path);
    return json.map((entry, i) => inner.decode(entry, `${path}[${i}]`));
  },
});

export const pair = <A, B>(first: Codec<A>, second: Codec<B>): Codec<readonly [A, B]> => ({
  encode: ([a, b]) => [first.encode(a), second.encode(b)],
  decode: (json, path) => {
    if (!Array.isArray(json)) throw new MalformedValue("notAList", path);
    if (json.length !== 2) throw new MalformedValue("wrongLength", path);
    return [first.decode(json[0], `${path}[0]`), second.decode(json[1], `${path}[1]`)];
  },
});

/** A map with numbers as keys, as a list of pairs. */
export const mapOf = <T>(key: Codec<number>, value: Codec<T>, most: number): Codec<Map<number, T>> => {
  const entries = list(pair(key, value), 0, most);
  return {
    encode: (map) => entries.encode([...map]),
    decode: (json, path) => {
      const found = entries.decode(json, path);
      const map = new Map(found);
      if (map.size !== found.length) throw new MalformedValue("duplicate", path);
      return map;
    },
  };
};

export type Fields<T> = { readonly [K in keyof T]-?: Codec<T[K]> };

/** An object with exactly these fields. */
export const object = <T extends object>(fields: Fields<T>): Codec<T> => {
  const names = Object.keys(fields) as (keyof T & string)[];
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
  };
};
