/**
 * How a payload lies in bytes, big-endian, one spelling for each payload:
 *
 *     version 1 | seed 32 | reveal: public key 33, proof 81
 *     L1 start 5, count 2, words 31 each
 *     reports: count 2, each: signer 2, time in ms 6, prices: count 1, 4 each (0 is no price), signature 65
 *     keys: count 2, each x 32, y 32, in the order of their first use
 *     requests: count 2, each: words 1, words 31 each, key 2, r8 x 32, r8 y 32, s 32
 *     next set: count 2, addresses 20 each; none in all blocks but the last of an epoch
 *
 * An account that sends several requests names its key once: 130 bytes a request instead of 192.
 */
import { MAX_VALIDATORS } from "../consensus/limits.ts";
import { MAX_MARKETS, WORD_BITS } from "../exchange/limits.ts";
import { BLOCK_LIMITS, MAX_REQUEST_WORDS } from "./limits.ts";
import { PROOF_BYTES, PUBLIC_KEY_BYTES } from "./vrf.ts";

export const PAYLOAD_VERSION = 3;

export const WORD_BYTES = WORD_BITS / 8;
export const HASH_BYTES = 32;
export const FIELD_BYTES = 32;
export const L1_INDEX_BYTES = 5;
export const COUNT_BYTES = 2;
export const TIME_BYTES = 6;
export const PRICE_BYTES = 4;
export const SIGNATURE_BYTES = 65;
export const ADDRESS_BYTES = 20;

const L1_BYTES = L1_INDEX_BYTES + COUNT_BYTES + BLOCK_LIMITS.maxL1Words * WORD_BYTES;
const REPORT_BYTES = COUNT_BYTES + TIME_BYTES + 1 + MAX_MARKETS * PRICE_BYTES + SIGNATURE_BYTES;
const requestBytesOf = (words: number): number => 1 + words * WORD_BYTES + COUNT_BYTES + 3 * FIELD_BYTES;
const KEY_BYTES = 2 * FIELD_BYTES;

/**
 * No payload within the limits is longer: below 350 kB. The network's frames are made for this: eight such blocks, the
 * most that are asked for at once, fit one (test/network/wire.test.ts).
 */
export const MAX_PAYLOAD_BYTES =
  1 +
  HASH_BYTES +
  PUBLIC_KEY_BYTES +
  PROOF_BYTES +
  L1_BYTES +
  4 * COUNT_BYTES +
  MAX_VALIDATORS * (REPORT_BYTES + ADDRESS_BYTES) +
  BLOCK_LIMITS.maxRequests * (requestBytesOf(MAX_REQUEST_WORDS) + KEY_BYTES);

/** What a request takes in a payload that names its key for it alone. */
export const requestBytes = ({ words }: { readonly words: readonly bigint[] }): number =>
  requestBytesOf(words.length) + KEY_BYTES;
