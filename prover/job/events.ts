/** What a worker tells while it works: the raw material of log lines, progress bars and `--json`. */
import type { Progress } from "../../circuits/compile/progress.ts";
import type { ProofStage } from "../backend/backend.ts";
import type { ProverErrorCode } from "../backend/prover-error.ts";

export type Stage = "artefacts" | "replay" | ProofStage | "verify" | "handIn";

export type ProverEvent =
  | { readonly event: "leased"; readonly job: number; readonly steps: number; readonly words: number }
  | {
      readonly event: "stage";
      readonly job: number;
      readonly stage: Stage;
      /** From 0 to 1. */
      readonly fraction: number;
    }
  /** A circuit is compiled or a development key made. */
  | ({ readonly event: "building" } & Progress)
  /** A damaged file of the cache was found, and is made anew. */
  | { readonly event: "corrupt"; readonly message: string }
  /** The node is away; asked again after the pause. */
  | { readonly event: "retry"; readonly message: string; readonly pauseMs: number }
  | { readonly event: "renewalFailed"; readonly job: number }
  | { readonly event: "released"; readonly job: number }
  | { readonly event: "notReleased"; readonly job: number; readonly message: string }
  | { readonly event: "failed"; readonly code: ProverErrorCode | "unexpected"; readonly message: string }
  | ProverOutcome;

/** How a run ended that did not fail. */
export type ProverOutcome =
  | { readonly event: "noJob" }
  /** Proven meanwhile by somebody else; nothing was lost but time. */
  | { readonly event: "alreadyProven"; readonly job: number }
  | {
      readonly event: "proven";
      readonly job: number;
      readonly steps: number;
      readonly seconds: number;
      readonly witnessSeconds: number;
      readonly peakMemoryMiB: number;
    };

export type Report = (event: ProverEvent) => void;
