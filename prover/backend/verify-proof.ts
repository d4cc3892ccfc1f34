/**
 * Groth16 verification: e(A, B) = e(alpha, beta) * e(sum of inputs, gamma) * e(C, delta).
 *
 * Done with another library than the one that proves, in this process and without threads, so that a broken
 * prover cannot vouch for itself. Malformed points and signals are a refusal, not an error: proofs come from
 * outside.
 */
import { bn254 } from "@noble/curves/bn254.js";
import type { Groth16Proof } from "snarkjs";
import { KeyError } from "../keys/key-error.ts";
import {
  type CheckedVerifyingKey,
  checkVerifyingKey,
  type PointG1,
  parseG1,
  parseG2,
  type VerifyingKey,
} from "../keys/verifying-key.ts";

/** Whether a proof shows the public signals. Throws `KeyError` only if the key itself is bad. */
export function verifyProof(
  key: VerifyingKey,
  publicSignals: readonly string[],
  proof: Groth16Proof,
): boolean {
  const checked = checkVerifyingKey(key);
  const sum = sumOfInputs(checked, publicSignals);
  if (sum === undefined) return false;
  try {
    const { Fp12 } = bn254.fields;
    const product = bn254.pairingBatch([
      { g1: parseG1(proof.pi_a, "A").negate(), g2: parseG2(proof.pi_b, "B") },
      { g1: checked.alpha, g2: checked.beta },
      { g1: sum, g2: checked.gamma },
      { g1: parseG1(proof.pi_c, "C"), g2: checked.delta },
    ]);
    return Fp12.eql(product, Fp12.ONE);
  } catch (error) {
    if (error instanceof KeyError) return false;
    throw error;
  }
}

/** IC[0] + sum of signal * IC[i + 1]; undefined for a wrong number of signals or one that is not reduced. */
function sumOfInputs(key: CheckedVerifyingKey, signals: readonly string[]): PointG1 | undefined {
  const { ORDER } = bn254.fields.Fr;
  if (signals.length !== key.inputs.length - 1) return undefined;
  let sum = key.inputs[0]!;
  for (const [i, text] of signals.entries()) {
    if (!/^(0|[1-9][0-9]{0,77})$/.test(text)) return undefined;
    const signal = BigInt(text);
    // A signal plus the order would be another statement to the contract, with the same proof.
    if (signal >= ORDER) return undefined;
    if (signal !== 0n) sum = sum.add(key.inputs[i + 1]!.multiply(signal));
  }
  // The pairing takes no point at infinity, and no honest statement hits it.
  return sum.is0() ? undefined : sum;
}
