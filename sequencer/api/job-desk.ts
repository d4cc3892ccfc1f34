/**
 * Where a proof is judged: its statement must be the batch's own, and it must verify under the tier's key. Only then
 * does the queue keep it. A proof for a batch that has one already is thanked for and ignored.
 */
import type { Groth16Proof } from "snarkjs";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { headerWords } from "../batch/header.ts";
import type { ProvenStatement } from "../chain/proof.ts";
import type { ApiParts } from "./ports.ts";

export type ProofRefusal =
  | { readonly code: "noSuchBatch"; readonly batch: number }
  | { readonly code: "unknownTier"; readonly steps: number }
  | { readonly code: "wrongStatement"; readonly expected: readonly string[] }
  | { readonly code: "invalidProof"; readonly batch: number };

export interface HandedIn {
  /** False when a proof was there already. */
  readonly isNew: boolean;
}

export async function handIn(
  { sequencer, verifier }: Pick<ApiParts, "sequencer" | "verifier">,
  number: number,
  worker: string,
  handed: { readonly proof: Groth16Proof; readonly publicSignals: readonly bigint[] },
): Promise<HandedIn | ProofRefusal> {
  const batch = await sequencer.batch(number);
  if (batch === undefined) return { code: "noSuchBatch", batch: number };
  if (sequencer.jobs.state(number)?.state === "proven") return { isNew: false };
  const { steps } = batch.header;
  if (!verifier.hasTier(steps)) return { code: "unknownTier", steps };
  const publicSignals = publicInputsOf(batch.commitment, [...headerWords(batch.header), ...batch.words]);
  if (!publicSignals.every((signal, i) => handed.publicSignals[i] === signal))
    return { code: "wrongStatement", expected: publicSignals.map(String) };
  if (!(await verifier.verify(steps, publicSignals, handed.proof)))
    return { code: "invalidProof", batch: number };
  const statement: ProvenStatement = { proof: handed.proof, publicSignals };
  const answer = await sequencer.jobs.complete(number, worker, statement);
  if (answer === null || answer === "alreadyProven") return { isNew: answer === null };
  // Between the question and the answer it was put under another epoch: the worker leases it again.
  if (answer === "otherStatement") return await handIn({ sequencer, verifier }, number, worker, handed);
  if (answer === "unknownJob") return { code: "noSuchBatch", batch: number };
  throw new Error(`a true proof of batch ${number} was refused: ${answer}`);
}
