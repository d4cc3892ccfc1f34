/** Verifies proofs in this process, one at a time: a check takes some 20 ms of a core. */
import { type Groth16Proof, type Groth16VerifyingKey, groth16 } from "snarkjs";
import type { ProofVerifier } from "./ports.ts";

/** Verifying keys by steps of their tier. */
export function snarkjsVerifier(keys: ReadonlyMap<number, Groth16VerifyingKey>): ProofVerifier {
  let last: Promise<unknown> = Promise.resolve();

  async function check(steps: number, signals: readonly bigint[], proof: Groth16Proof): Promise<boolean> {
    try {
      return await groth16.verify(keys.get(steps)!, signals.map(String), proof);
    } catch {
      // snarkjs throws on what is no point of the curve: not a proof either.
      return false;
    }
  }

  return {
    hasTier: (steps) => keys.has(steps),
    verify(steps, signals, proof) {
      const verdict = last.then(() => check(steps, signals, proof));
      last = verdict;
      return verdict;
    },
  };
}
