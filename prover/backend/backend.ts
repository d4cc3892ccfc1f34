/** What makes proofs. Everything else - jobs, leases, verification - is the same for all of them. */
import type { CircuitInput, Groth16Proof } from "snarkjs";

export type ProofStage = "witness" | "proof";

/** How far a stage has come, from 0 to 1. */
type OnStage = (stage: ProofStage, fraction: number) => void;

export interface ProofTask {
  /** Path of circom's witness generator. */
  readonly wasm: string;
  /** Path of the proving key. */
  readonly zkey: string;
  readonly input: CircuitInput;
}

export interface ProofControl {
  readonly onStage?: OnStage | undefined;
  /** Ends the proving process at once. */
  readonly signal?: AbortSignal | undefined;
}

export interface ProofResult {
  readonly proof: Groth16Proof;
  /** Decimal, as snarkjs and the contract take them. */
  readonly publicSignals: readonly string[];
  /** Witness and proof together. */
  readonly seconds: number;
  readonly witnessSeconds: number;
  /** Highest resident memory of the proving process. */
  readonly peakMemoryMiB: number;
}

export interface ProverBackend {
  readonly name: string;
  /** Throws `ProverError`. The proof is not verified yet. */
  prove(task: ProofTask, control?: ProofControl): Promise<ProofResult>;
}
