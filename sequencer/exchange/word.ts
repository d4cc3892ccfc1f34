/**
 * The request word: what a trader signs, what the log orders, what L1 receives, what the circuit decodes.
 *
 * One word is 248 bits. Bit 0 is the least significant; on a wire it is 31 bytes, big-endian. This table is
 * the only one; circuits/word.circom and verifier-contracts/src/libraries/Words.sol follow it (tests compare).
 *
 * | field       | bits      | in                                                        |
 * |-------------|-----------|-----------------------------------------------------------|
 * | type        | 0..4      | all                                                       |
 * | outcome     | 5..6      | all; set by the sequencer, proven, zero when signed       |
 * | l1          | 7         | all; 1 = comes from the L1 queue                          |
 * | account     | 8..27     | all but tick and payload                                  |
 * | keySelector | 28        | signed requests; 0 owner key, 1 trading key               |
 * | keyVersion  | 29..44    | signed requests; 0 for the owner key                      |
 * | nonce       | 45..76    | signed requests                                           |
 * | slot        | 77..84    | place, cancel, expire; setTradingKey: the scope           |
 * | market      | 85..88    | place                                                     |
 * | side        | 89        | place; 0 buy, 1 sell                                      |
 * | flags       | 90..93    | place: immediateOrCancel, postOnly, reduceOnly, spare     |
 * | price       | 94..125   | place; with size: the 64-bit amount of money requests     |
 * | size        | 126..157  | place                                                     |
 * | expiry      | 158..189  | place, setTradingKey (0 = never); transfer: the target    |
 * | spare       | 190..247  | zero                                                      |
 * | data        | 8..135    | payload words: half a key hash                            |
 * | time        | 8..39     | tick                                                      |
 * | fresh       | 40..47    | tick: bit i = market i has a new price                    |
 * | delta i     | 48+22i    | tick: 21 bits magnitude, then the sign                    |
 */
import { bitsAt, layOut, lowBits } from "./bits.ts";
import { AMOUNT_BITS, DELTA_BITS, MAX_MARKETS, pow2, TIME_BITS, WORD_BITS } from "./limits.ts";

/** Request types. Zero is no word at all: a step that consumes nothing. */
export const WordType = {
  none: 0,
  tick: 1,
  place: 2,
  cancel: 3,
  cancelAll: 4,
  withdraw: 5,
  transfer: 6,
  setTradingKey: 7,
  expire: 8,
  deposit: 9,
  register: 10,
  payloadHigh: 11,
  payloadLow: 12,
} as const;
export type WordTypeName = keyof typeof WordType;

/** What became of a word, in its two outcome bits. */
export const Outcome = { accepted: 0, refused: 1, dropped: 2 } as const;
export type OutcomeName = keyof typeof Outcome;

/** What a trading key may sign, as bits of its scope. */
export const Scope = { place: 1, cancel: 2, withdraw: 4, transfer: 8 } as const;

export const Side = { buy: 0, sell: 1 } as const;
export type Side = (typeof Side)[keyof typeof Side];

/** Offset and width of every field. */
export const FIELDS = {
  type: [0, 5],
  outcome: [5, 2],
  l1: [7, 1],
  account: [8, 20],
  keySelector: [28, 1],
  keyVersion: [29, 16],
  nonce: [45, 32],
  slot: [77, 8],
  market: [85, 4],
  side: [89, 1],
  immediateOrCancel: [90, 1],
  postOnly: [91, 1],
  reduceOnly: [92, 1],
  price: [94, 32],
  size: [126, 32],
  expiry: [158, 32],
  spare: [190, 58],
} as const satisfies Record<string, readonly [offset: number, width: number]>;

const NONCE_OFFSET = BigInt(FIELDS.nonce[0]);
export const AMOUNT_OFFSET = 94;
export const TARGET_OFFSET = 158;
export const PAYLOAD_OFFSET = 8;
const TICK_TIME_OFFSET = 8;
export const TICK_FRESH_OFFSET = 40;
const TICK_DELTA_OFFSET = 48;
const TICK_DELTA_STRIDE = DELTA_BITS + 1;

/** The fields of an order-like word; absent ones are zero. */
export interface WordFields {
  type: number;
  outcome: number;
  l1: number;
  account: number;
  keySelector: number;
  keyVersion: number;
  nonce: number;
  slot: number;
  market: number;
  side: number;
  immediateOrCancel: number;
  postOnly: number;
  reduceOnly: number;
  price: number;
  size: number;
  expiry: number;
}

/** A tick: the clock in Unix seconds and one signed price move in ticks per market, null = no report. */
export interface Tick {
  time: number;
  deltas: readonly (number | null)[];
}

const bits = (word: bigint, offset: number, width: number): bigint =>
  (word >> BigInt(offset)) & (pow2(width) - 1n);

const at = ([offset, width]: readonly [offset: number, width: number]): number => bitsAt(offset, width);

const NAMES = Object.keys(FIELDS).filter((name) => name !== "spare") as (keyof WordFields)[];

/** Puts fields into a word. Throws RangeError on a field that does not fit: callers validate before. */
export function encodeWord(fields: Partial<WordFields> & { type: number }): bigint {
  let word = 0n;
  for (const name of NAMES) {
    const value = fields[name] ?? 0;
    const [offset, width] = FIELDS[name];
    if (!Number.isInteger(value) || value < 0 || value >= 2 ** width)
      throw new RangeError(`word field ${name} does not fit ${width} bits: ${value}`);
    word |= BigInt(value) << BigInt(offset);
  }
  return word;
}

/** Takes the order-like fields out of a word of any type; total. */
export function decodeWord(word: bigint): WordFields {
  layOut(word);
  return {
    type: at(FIELDS.type),
    outcome: at(FIELDS.outcome),
    l1: at(FIELDS.l1),
    account: at(FIELDS.account),
    keySelector: at(FIELDS.keySelector),
    keyVersion: at(FIELDS.keyVersion),
    nonce: at(FIELDS.nonce),
    slot: at(FIELDS.slot),
    market: at(FIELDS.market),
    side: at(FIELDS.side),
    immediateOrCancel: at(FIELDS.immediateOrCancel),
    postOnly: at(FIELDS.postOnly),
    reduceOnly: at(FIELDS.reduceOnly),
    price: at(FIELDS.price),
    size: at(FIELDS.size),
    expiry: at(FIELDS.expiry),
  };
}

export const typeOf = (word: bigint): number => lowBits(word) & 31;
export const isL1 = (word: bigint): boolean => (lowBits(word) & 128) !== 0;
export const outcomeOf = (word: bigint): number => (lowBits(word) >>> 5) & 3;

/** The nonce alone, 32 bits, for the step that burns it. */
export const nonceOf = (word: bigint): number => lowBits(word >> NONCE_OFFSET);

/** Which key signs, see the table: 0 owner, 1 trading. */
export const keySelectorOf = (word: bigint): number => (lowBits(word) >>> FIELDS.keySelector[0]) & 1;

/** The word with its outcome bits replaced. */
export const withOutcome = (word: bigint, outcome: number): bigint =>
  outcomeOf(word) === outcome ? word : (word & ~(3n << 5n)) | (BigInt(outcome) << 5n);

/** 64-bit amount of a money request, in quanta. */
export const amountOf = (word: bigint): bigint => bits(word, AMOUNT_OFFSET, AMOUNT_BITS);

/** The amount's halves, as they lie in the price and size fields. */
export const amountFields = (amount: bigint): { price: number; size: number } => ({
  price: Number(amount & 0xffffffffn),
  size: Number(amount >> 32n),
});

/** Receiving account of a transfer. */
export const targetOf = (word: bigint): number => Number(bits(word, TARGET_OFFSET, 20));

/** Half a key hash of a payload word. */
export const payloadOf = (word: bigint): bigint => bits(word, PAYLOAD_OFFSET, 128);

export function encodePayload(type: 11 | 12, data: bigint, l1: boolean): bigint {
  if (data < 0n || data >= pow2(128)) throw new RangeError("payload does not fit 128 bits");
  return BigInt(type) | (l1 ? 128n : 0n) | (data << BigInt(PAYLOAD_OFFSET));
}

/** Throws RangeError on what does not fit: callers validate before. */
export function encodeTick(tick: Tick): bigint {
  if (!Number.isInteger(tick.time) || tick.time < 0 || tick.time >= 2 ** TIME_BITS)
    throw new RangeError(`time does not fit ${TIME_BITS} bits: ${tick.time}`);
  if (tick.deltas.length > MAX_MARKETS)
    throw new RangeError(`a tick has room for ${MAX_MARKETS} markets, not ${tick.deltas.length}`);
  let word = BigInt(WordType.tick) | (BigInt(tick.time) << BigInt(TICK_TIME_OFFSET));
  tick.deltas.forEach((delta, market) => {
    if (delta === null) return;
    const magnitude = Math.abs(delta);
    if (!Number.isInteger(delta) || magnitude >= 2 ** DELTA_BITS)
      throw new RangeError(`price move does not fit ${DELTA_BITS} bits: ${delta}`);
    const at = BigInt(TICK_DELTA_OFFSET + market * TICK_DELTA_STRIDE);
    word |= 1n << BigInt(TICK_FRESH_OFFSET + market);
    word |= (BigInt(magnitude) | (delta < 0 ? pow2(DELTA_BITS) : 0n)) << at;
  });
  return word;
}

/** Time, freshness bits and signed deltas exactly as they lie in the word (a stale market may carry a delta). */
export function decodeTick(word: bigint): { time: number; fresh: boolean[]; deltas: number[] } {
  layOut(word);
  const fresh: boolean[] = [];
  const deltas: number[] = [];
  for (let market = 0; market < MAX_MARKETS; market++) {
    const offset = TICK_DELTA_OFFSET + market * TICK_DELTA_STRIDE;
    const magnitude = bitsAt(offset, DELTA_BITS);
    const falls = magnitude !== 0 && bitsAt(offset + DELTA_BITS, 1) === 1;
    fresh.push(bitsAt(TICK_FRESH_OFFSET + market, 1) === 1);
    deltas.push(falls ? -magnitude : magnitude);
  }
  return { time: bitsAt(TICK_TIME_OFFSET, TIME_BITS), fresh, deltas };
}

export const wordToHex = (word: bigint): string => `0x${word.toString(16).padStart(WORD_BITS / 4, "0")}`;

/** Parses 31 bytes of hex; undefined when it is anything else. */
export function wordFromHex(hex: string): bigint | undefined {
  return /^0x[0-9a-fA-F]{62}$/.test(hex) ? BigInt(hex) : undefined;
}
