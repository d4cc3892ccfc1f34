/** The header of a batch: its first nine words, bound to the proof exactly like the requests. */
import { HEADER_WORDS } from "../exchange/limits.ts";

export interface BatchHeader {
  readonly preRoot: bigint;
  readonly postRoot: bigint;
  readonly number: number;
  readonly epoch: number;
  /** Steps of the circuit that proves it. */
  readonly steps: number;
  /** Request words that follow. */
  readonly wordCount: number;
  /** Machine time after the last step, Unix seconds. */
  readonly time: number;
  /** L1 queue words consumed before and after. */
  readonly l1Start: number;
  readonly l1End: number;
  /** Hash of the signatures that nodes serve to provers, 248 bits. */
  readonly signaturesHash: bigint;
}

const LIMB = 1n << 128n;

/** Header words in posted order. */
export function headerWords(header: BatchHeader): bigint[] {
  const words = [
    header.preRoot / LIMB,
    header.preRoot % LIMB,
    header.postRoot / LIMB,
    header.postRoot % LIMB,
    BigInt(header.number) |
      (BigInt(header.epoch) << 64n) |
      (BigInt(header.steps) << 96n) |
      (BigInt(header.wordCount) << 112n),
    BigInt(header.time),
    BigInt(header.l1Start),
    BigInt(header.l1End),
    header.signaturesHash,
  ];
  if (words.length !== HEADER_WORDS) throw new Error("header words out of step with the limit");
  return words;
}
