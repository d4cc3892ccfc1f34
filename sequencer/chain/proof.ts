/** A Groth16 proof with the statement that it proves. */
import type { Groth16Proof } from "snarkjs";

export interface ProvenStatement {
  readonly proof: Groth16Proof;
  /** C, z, y. */
  readonly publicSignals: readonly [commitment: bigint, challenge: bigint, evaluation: bigint];
}
