/** What a proving process is told, once, and what it answers. Carried by Node's IPC channel. */
import type { CircuitInput, Groth16Proof } from "snarkjs";
import type { ProofStage } from "./backend.ts";

export interface WorkerTask {
  readonly wasm: string;
  readonly input: CircuitInput;
  /** Prove with this key, keeping the witness in memory ... */
  readonly zkey: string | null;
  /** ... or only write the witness here, for a foreign prover. */
  readonly witnessPath: string | null;
}

export interface WorkerResult {
  readonly kind: "result";
  /** Null when only a witness was asked for. */
  readonly proof: Groth16Proof | null;
  readonly publicSignals: readonly string[];
  readonly witnessSeconds: number;
  readonly proofSeconds: number;
  readonly peakMemoryMiB: number;
}

export type WorkerMessage =
  | { readonly kind: "ready" }
  | { readonly kind: "stage"; readonly stage: ProofStage; readonly fraction: number }
  | { readonly kind: "failed"; readonly stage: ProofStage; readonly message: string }
  | WorkerResult;
