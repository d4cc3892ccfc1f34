/**
 * A batch under another epoch: the same steps, words and roots. The header names the epoch, so it is another header,
 * another commitment, and another proof. Which epoch a batch stands under is decided by L1 (validator/batch-epochs.ts).
 */
import type { HashInto } from "../state-tree/hasher.ts";
import { spongeCommitment } from "./commitment.ts";
import { headerWords } from "./header.ts";
import type { Cut } from "./seal.ts";

export function underEpoch({ batch, job }: Cut, epoch: number, hash: HashInto<bigint>): Cut {
  const header = { ...job.header, epoch };
  const stepWords = job.steps.map(({ word }) => word);
  while (stepWords.length < header.steps) stepWords.push(0n);
  const commitment = spongeCommitment(hash, headerWords(header), stepWords);
  return { batch: { ...batch, header, commitment }, job: { ...job, header } };
}
