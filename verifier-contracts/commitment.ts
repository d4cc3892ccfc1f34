/**
 * What binds posted words to a proof, as the contract computes it. Pure: the sequencer, the prover and the tests
 * use it without a chain.
 *
 *     data = words as 31 bytes each, big-endian: header words, then request words
 *     z    = keccak256(abi.encode(C, keccak256(data))) mod p
 *     y    = (((1 * z + word[0]) * z + word[1]) * z + ...) mod p
 *
 * (C, z, y) are the public inputs of the batch's proof. See src/libraries/Commitment.sol.
 */
import { keccak_256 } from "@noble/hashes/sha3.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";
import type { BatchHeader } from "../sequencer/batch/header.ts";
import { FIELD_MODULUS } from "../sequencer/exchange/field.ts";
import { HEADER_WORDS, pow2, WORD_BITS } from "../sequencer/exchange/limits.ts";
import { amountOf, decodeWord, Outcome, outcomeOf, typeOf, WordType } from "../sequencer/exchange/word.ts";

const WORD_BYTES = WORD_BITS / 8;

/** Money that a proven batch makes claimable on L1. */
export interface Credit {
  readonly account: number;
  readonly amount: bigint;
}

const hexOf = (value: bigint, bytes: number): string => value.toString(16).padStart(bytes * 2, "0");

/** Header and request words as the contract takes them. Throws RangeError on what is no word. */
export function encodeBatchData(words: readonly bigint[]): string {
  let data = "0x";
  for (const word of words) {
    if (word < 0n || word >= pow2(WORD_BITS)) throw new RangeError("a word has 248 bits");
    data += hexOf(word, WORD_BYTES);
  }
  return data;
}

/** The words of posted data; throws RangeError when they are not whole. */
export function decodeBatchData(data: string): bigint[] {
  const digits = WORD_BYTES * 2;
  if (!/^0x([0-9a-fA-F]*)$/.test(data) || (data.length - 2) % digits !== 0)
    throw new RangeError("batch data is not whole words");
  const words: bigint[] = [];
  for (let from = 2; from < data.length; from += digits)
    words.push(BigInt(`0x${data.slice(from, from + digits)}`));
  return words;
}

/** keccak256 of the posted data, as the quorum signs it. */
export const dataHashOf = (data: string): string => `0x${bytesToHex(keccak_256(hexToBytes(data.slice(2))))}`;

/** The random point z: fixed once both the sponge's C and the posted data are. */
export function challengeOf(commitment: bigint, data: string): bigint {
  const preimage = hexToBytes(hexOf(commitment, 32) + dataHashOf(data).slice(2));
  return BigInt(`0x${bytesToHex(keccak_256(preimage))}`) % FIELD_MODULUS;
}

/** y: the words at z by Horner's rule, starting from one so that their number counts. */
export function evaluateWords(words: readonly bigint[], z: bigint): bigint {
  let accumulator = 1n;
  for (const word of words) accumulator = (accumulator * z + word) % FIELD_MODULUS;
  return accumulator;
}

/** The public inputs of a batch's proof, in the circuit's order. */
export function publicInputsOf(
  commitment: bigint,
  words: readonly bigint[],
): [commitment: bigint, challenge: bigint, evaluation: bigint] {
  const challenge = challengeOf(commitment, encodeBatchData(words));
  return [commitment, challenge, evaluateWords(words, challenge)];
}

const part = (word: bigint, offset: number, width: number): number =>
  Number((word >> BigInt(offset)) & (pow2(width) - 1n));

/** What the header words of a committed batch say: the inverse of `headerWords`. */
export function headerOf(words: readonly bigint[]): BatchHeader {
  if (words.length < HEADER_WORDS) throw new RangeError("batch data has no whole header");
  const at = (index: number): bigint => words[index]!;
  const info = at(4);
  return {
    preRoot: (at(0) << 128n) | at(1),
    postRoot: (at(2) << 128n) | at(3),
    number: part(info, 0, 64),
    epoch: part(info, 64, 32),
    steps: part(info, 96, 16),
    wordCount: part(info, 112, 16),
    time: Number(at(5)),
    l1Start: Number(at(6)),
    l1End: Number(at(7)),
    signaturesHash: at(8),
  };
}

/** The credits of request words in their order: accepted withdrawals, refused deposits and registrations. */
export function creditsOf(requestWords: readonly bigint[]): Credit[] {
  const credits: Credit[] = [];
  for (const word of requestWords) {
    const type = typeOf(word);
    const paysWhen =
      type === WordType.withdraw
        ? Outcome.accepted
        : type === WordType.deposit || type === WordType.register
          ? Outcome.refused
          : undefined;
    if (paysWhen === outcomeOf(word))
      credits.push({ account: decodeWord(word).account, amount: amountOf(word) });
  }
  return credits;
}

/** A credit as the contract takes it: account * 2^64 + amount. */
export const encodeCredit = (credit: Credit): bigint => (BigInt(credit.account) << 64n) | credit.amount;
