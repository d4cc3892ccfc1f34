/** What the store keeps besides the state: the log, fills, orders that ended, batches. */
import {
  between,
  bigBelow,
  bigUnsigned,
  type Codec,
  flag,
  type Json,
  list,
  mapped,
  nullable,
  object,
  pair,
  unsigned,
} from "../batch/codec.ts";
import { headerCodec, MAX_JOB_STEPS } from "../batch/job-codec.ts";
import { MalformedValue } from "../batch/malformed-value.ts";
import { fieldElement, orderNameCodec } from "../batch/state-codec.ts";
import type { BatchSettlement, L1Transaction } from "../chain/settlement-record.ts";
import { FIELD_MODULUS } from "../exchange/field.ts";
import { PRICE_BITS, SIZE_BITS, TIME_BITS, WORD_BITS } from "../exchange/limits.ts";
import type { RefusalCode } from "../exchange/refusal.ts";
import type { Side } from "../exchange/word.ts";
import type { Fill, OrderState, OrderView } from "../node/view.ts";
import type { Authority } from "../ordering/entry.ts";
import type { Point, Signature } from "../signature/request.ts";
import type { JobState, StoredBatch } from "./settlement.ts";

const counter = unsigned(53);
const word = bigUnsigned(WORD_BITS);

/** Any text up to a length. */
export const text = (most: number): Codec<string> => {
  const decode = (json: unknown, path: string): string => {
    if (typeof json !== "string" || json.length > most) throw new MalformedValue("outOfRange", path);
    return json;
  };
  return {
    encode: (value) => value,
    decode,
    bytes: {
      write: (to, value) => to.text(value),
      read: (from, path) => decode(from.text(path), path),
    },
  };
};

/** In bytes the place among the names: new names come last. */
export const oneOf = <T extends string>(...names: readonly T[]): Codec<T> => ({
  encode: (value) => value,
  decode: (json, path) => {
    if (!names.includes(json as T)) throw new MalformedValue("outOfRange", path);
    return json as T;
  },
  bytes: {
    write: (to, value) => to.byte(names.indexOf(value)),
    read: (from, path) => {
      const name = names[from.byte(path)];
      if (name === undefined) throw new MalformedValue("outOfRange", path);
      return name;
    },
  },
});

/** JSON that somebody else understands. */
export const opaque = <T>(): Codec<T> => ({
  encode: (value) => value as Json,
  decode: (json) => json as T,
});

const point: Codec<Point> = pair(fieldElement, fieldElement);

export const authorityCodec = object<Authority>({
  publicKey: point,
  signature: object<Signature>({ r8: point, s: bigBelow(FIELD_MODULUS) }),
});

const orderState = oneOf<OrderState>(
  "open",
  "filled",
  "dropped",
  "stopped",
  "cancelled",
  "expired",
  "removed",
);

/** One word of the log. */
export interface LogRecord {
  /** With its outcome bits. */
  readonly word: bigint;
  /** The refusal's code; the outcome itself is in the word. */
  readonly code: RefusalCode | null;
  readonly authority: Authority | null;
  /** The batch of its last step: as settled as that is all that became of the word. */
  readonly batch: number;
  readonly filled: number;
  readonly firstFill: number;
  readonly fillCount: number;
  readonly order: OrderState | null;
}

export const logRecordCodec = object<LogRecord>({
  word,
  code: nullable(text(32) as Codec<RefusalCode>),
  authority: nullable(authorityCodec),
  batch: counter,
  filled: unsigned(SIZE_BITS),
  firstFill: counter,
  fillCount: counter,
  order: nullable(orderState),
});

export type FillRecord = Omit<Fill, "settlement">;

export const fillCodec = object<FillRecord>({
  sequence: counter,
  time: unsigned(TIME_BITS),
  market: unsigned(4),
  price: unsigned(PRICE_BITS),
  lots: unsigned(SIZE_BITS),
  side: unsigned(1) as Codec<Side>,
  taker: orderNameCodec,
  maker: orderNameCodec,
  word: counter,
  batch: counter,
});

/** The last order of a slot that was meant to rest. */
export type OrderRecord = Omit<OrderView, "account" | "slot">;

export const orderRecordCodec = object<OrderRecord>({
  market: unsigned(4),
  side: unsigned(1) as Codec<Side>,
  reduceOnly: flag,
  price: unsigned(PRICE_BITS),
  remaining: unsigned(SIZE_BITS),
  expiry: unsigned(TIME_BITS),
  state: orderState,
  size: unsigned(SIZE_BITS),
  filled: unsigned(SIZE_BITS),
  word: counter,
});

export const storedBatchCodec = object<StoredBatch>({
  header: headerCodec,
  words: list(word, 0, MAX_JOB_STEPS),
  commitment: fieldElement,
  usedSteps: between(1, MAX_JOB_STEPS),
  fills: counter,
});

const wei = bigUnsigned(256);
const transaction = object<L1Transaction>({
  hash: text(66),
  block: counter,
  blockHash: text(66),
  time: counter,
  gasUsed: wei,
  gasPrice: wei,
});

export const settlementCodec = object<BatchSettlement>({
  number: counter,
  commit: nullable(transaction),
  prove: nullable(transaction),
});

/** Longest name of a worker. */
export const MAX_WORKER_NAME = 128;
const worker = text(MAX_WORKER_NAME);

interface FlatJobState {
  readonly state: JobState["state"];
  readonly worker: string | null;
  readonly untilMs: number | null;
}

const flatJobState = object<FlatJobState>({
  state: oneOf("waiting", "leased", "proven"),
  worker: nullable(worker),
  untilMs: nullable(counter),
});

export const jobStateCodec: Codec<JobState> = mapped(
  flatJobState,
  (job) => ({ worker: null, untilMs: null, ...job }),
  ({ state, worker, untilMs }, path) => {
    if (state === "waiting") return { state };
    if (state === "proven") return { state };
    if (worker === null || untilMs === null) throw new MalformedValue("inconsistent", path);
    return { state, worker, untilMs };
  },
);
