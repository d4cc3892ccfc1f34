/** The thread that checks proofs, one message after the other. */
import { parentPort } from "node:worker_threads";
import type { Groth16Proof } from "snarkjs";
import { verifyProof } from "../../prover/backend/verify-proof.ts";
import type { VerifyingKey } from "../../prover/keys/verifying-key.ts";

export interface VerifyTask {
  readonly key: VerifyingKey;
  readonly publicSignals: readonly string[];
  readonly proof: Groth16Proof;
}

export type Verdict = { readonly isTrue: boolean } | { readonly error: string };

function verdictOn({ key, publicSignals, proof }: VerifyTask): Verdict {
  try {
    return { isTrue: verifyProof(key, publicSignals, proof) };
  } catch (error) {
    return { error: (error as Error).message };
  }
}

parentPort!.on("message", (task: VerifyTask) => parentPort!.postMessage(verdictOn(task)));
