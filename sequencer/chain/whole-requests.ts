/** Requests of the L1 queue that take several words are handed over whole: a batch must not end inside one. */
import { typeOf, WordType } from "../exchange/word.ts";

const isPayload = (word: bigint): boolean =>
  typeOf(word) === WordType.payloadHigh || typeOf(word) === WordType.payloadLow;

/** The words without a request that has only begun. */
export function wholeRequests(words: readonly bigint[]): bigint[] {
  let end = words.length;
  while (end > 0 && isPayload(words[end - 1]!)) end -= 1;
  return words.slice(0, end);
}
