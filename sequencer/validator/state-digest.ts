/**
 * What headers name as the state after a height: a digest over all words that were logged until then, with their
 * outcomes, over how long the log is, and over where in it batches ended. Two nodes with the same one executed the same
 * requests, decided each of them alike, and cut alike. State roots cost hashing of trees and are compared per batch, when
 * the quorum signs it. Who joins by a snapshot learns from the digest what no state root says (snapshot/README.md).
 *
 *     digest_0 = 0
 *     digest_h = sha256(label, digest_(h-1), h, sequence, fills, number of batches that ended in block h,
 *                       batch, sequence, fills of each, words of block h, in hex, each with a / behind it)
 *
 * Numbers are 8 bytes, big-endian.
 */
import { createHash } from "node:crypto";
import type { Hash } from "../consensus/messages.ts";
import { wordToHex } from "../exchange/word.ts";
import type { BlockEnd } from "../node/block-runner.ts";

export const EMPTY_DIGEST: Hash = `0x${"00".repeat(32)}`;
const LABEL = "Proofbook outcomes v2";

export function digestAfter(before: Hash, height: number, words: readonly bigint[], end: BlockEnd): Hash {
  const hash = createHash("sha256")
    .update(LABEL)
    .update(Buffer.from(before.slice(2), "hex"));
  const { sequence, fills, borders } = end;
  const places = borders.flatMap((border) => [border.batch, border.sequence, border.fills]);
  const numbers = [height, sequence, fills, borders.length, ...places];
  const bytes = Buffer.alloc(8 * numbers.length);
  numbers.forEach((number, i) => {
    bytes.writeBigUInt64BE(BigInt(number), 8 * i);
  });
  hash.update(bytes);
  for (const word of words) hash.update(wordToHex(word)).update("/");
  return `0x${hash.digest("hex")}`;
}
