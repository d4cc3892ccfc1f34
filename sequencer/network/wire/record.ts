/** Messages made of fields, and choices between messages, on the codecs of single values. */
import type { Reader, Writer } from "protons-runtime";
import { type Codec, delimited, entersField, type MessageCodec, openBody, writeTag } from "./codec.ts";
import { refuse } from "./wire-error.ts";

/** One member of an object: its protobuf number is its place in the table, from 1 on. */
export interface Field<T> {
  write(number: number, value: T, writer: Writer): void;
  read(number: number, reader: Reader): T;
}

export const one = <T>(codec: Codec<T>): Field<T> => ({
  write: (number, value, writer) => {
    writeTag(writer, number, codec.wireType);
    codec.write(value, writer);
  },
  read: (number, reader) =>
    entersField(reader, number, codec.wireType) ? codec.read(reader) : refuse("malformed"),
});

/** Null is left out. */
export const maybe = <T>(codec: Codec<T>): Field<T | null> => ({
  write: (number, value, writer) => {
    if (value !== null) one(codec).write(number, value, writer);
  },
  read: (number, reader) => (entersField(reader, number, codec.wireType) ? codec.read(reader) : null),
});

export const list = <T>(codec: Codec<T>, max: number): Field<readonly T[]> => ({
  write: (number, values, writer) => {
    if (values.length > max) throw new Error(`${values.length} in a list of at most ${max}`);
    for (const value of values) one(codec).write(number, value, writer);
  },
  read: (number, reader) => {
    const values: T[] = [];
    while (entersField(reader, number, codec.wireType)) {
      if (values.length === max) refuse("outOfRange");
      values.push(codec.read(reader));
    }
    return values;
  },
});

type Fields<T> = { readonly [Name in keyof T]-?: Field<T[Name]> };

/** `fits` says what must hold between the members. */
export function record<T extends object>(
  fields: Fields<T>,
  fits: (value: T) => boolean = () => true,
): MessageCodec<T> {
  const table = Object.entries(fields) as [keyof T, Field<unknown>][];
  return delimited<T>(
    (value, writer) => {
      if (!fits(value)) throw new Error("the members of a message contradict each other");
      table.forEach(([name, field], i) => {
        field.write(i + 1, value[name], writer);
      });
    },
    (body) => {
      const reader = openBody(body);
      const value = Object.fromEntries(
        table.map(([name, field], i) => [name, field.read(i + 1, reader)]),
      ) as T;
      if (reader.pos !== reader.len) refuse("malformed");
      return fits(value) ? value : refuse("inconsistent");
    },
  );
}

/** How each kind of a union is written: with this number, its members without the kind. */
export type Choices<T extends { readonly kind: string }> = {
  readonly [Kind in T["kind"]]: readonly [
    number: number,
    codec: MessageCodec<Omit<Extract<T, { kind: Kind }>, "kind">>,
  ];
};

/** Protobuf's `oneof`, alone in its message. */
export function choice<T extends { readonly kind: string }>(choices: Choices<T>): MessageCodec<T> {
  const table = Object.entries(choices) as [string, readonly [number, MessageCodec<object>]][];
  const byKind = new Map(table);
  return delimited<T>(
    (value, writer) => {
      const found = byKind.get(value.kind);
      if (found === undefined) throw new Error(`no message is a ${value.kind}`);
      one(found[1]).write(found[0], value, writer);
    },
    (body) => {
      const reader = openBody(body);
      for (const [kind, [number, codec]] of table) {
        if (!entersField(reader, number, codec.wireType)) continue;
        const value = { kind, ...codec.read(reader) };
        return reader.pos === reader.len ? (value as unknown as T) : refuse("malformed");
      }
      return refuse("malformed");
    },
  );
}
