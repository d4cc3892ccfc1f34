/** A family of keys with values of one type. Keys are a name and numbers of fixed width, so that they sort as numbers. */

import { ByteReader, ByteWriter } from "../batch/bytes.ts";
import { bytesOf, type Codec } from "../batch/codec.ts";

const NUMBER_DIGITS = 16;

export interface Space<V> {
  readonly name: string;
  readonly codec: Codec<V>;
}

export const space = <V>(name: string, codec: Codec<V>): Space<V> => ({ name, codec });

export const keyOf = (of: Space<unknown>, parts: readonly (number | string)[]): string =>
  [of.name, ...parts.map((part) => (typeof part === "number" ? numberPart(part) : part))].join("/");

function numberPart(value: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`not a key: ${value}`);
  return value.toString().padStart(NUMBER_DIGITS, "0");
}

/** Numbers of a key, after its name. */
export const numbersOf = (key: string): number[] => key.split("/").slice(1).map(Number);

/** First and last possible key below a prefix. */
export const bounds = (prefix: string): { gte: string; lt: string } => ({
  gte: `${prefix}/`,
  lt: `${prefix}0`, // "0" follows "/"
});

export interface Put {
  readonly type: "put";
  readonly key: string;
  /** Without its checksum. */
  readonly payload: Uint8Array;
}

export type Operation = Put | { readonly type: "del"; readonly key: string };

export const put = <V>(of: Space<V>, parts: readonly (number | string)[], value: V): Put => ({
  type: "put",
  key: keyOf(of, parts),
  payload: payloadOf(of, value),
});

/** One at a time is written. */
const writer = new ByteWriter();

export function payloadOf<V>(of: Space<V>, value: V): Uint8Array {
  bytesOf(of.codec).write(writer, value);
  return writer.take();
}

/** Throws `MalformedValue` when it is no value of the family. */
export function valueFrom<V>(of: Space<V>, payload: Uint8Array, key: string): V {
  const reader = new ByteReader(payload);
  const value = bytesOf(of.codec).read(reader, key);
  reader.end(key);
  return value;
}

export const del = (of: Space<unknown>, parts: readonly (number | string)[]): Operation => ({
  type: "del",
  key: keyOf(of, parts),
});
