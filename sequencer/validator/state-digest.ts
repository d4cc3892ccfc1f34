/**
 * What headers name as the state after a height: a digest over all words that were logged until then, with their
 * outcomes. Two nodes with the same one executed the same requests and decided each of them alike. State roots cost
 * hashing of trees and are compared per batch, when the quorum signs it.
 *
 *     digest_0 = 0,  digest_h = sha256(label, digest_(h-1), h, words of block h, in hex, each with a / behind it)
 */
import { createHash } from "node:crypto";
import type { Hash } from "../consensus/messages.ts";
import { wordToHex } from "../exchange/word.ts";

export const EMPTY_DIGEST: Hash = `0x${"00".repeat(32)}`;
const LABEL = "Proofbook outcomes v1";

export function digestAfter(before: Hash, height: number, words: readonly bigint[]): Hash {
  const hash = createHash("sha256")
    .update(LABEL)
    .update(Buffer.from(before.slice(2), "hex"));
  const number = Buffer.alloc(8);
  number.writeBigUInt64BE(BigInt(height));
  hash.update(number);
  for (const word of words) hash.update(wordToHex(word)).update("/");
  return `0x${hash.digest("hex")}`;
}
