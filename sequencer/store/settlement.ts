/** A batch from cut to proven, as the store keeps it. */
import type { BatchHeader } from "../batch/header.ts";
import type { BatchSettlement } from "../chain/settlement-record.ts";

/** A batch that was cut. Satisfies chain/ports.ts' CutBatch. */
export interface StoredBatch {
  readonly header: BatchHeader;
  /** Request words with their outcomes, as posted after the header. */
  readonly words: readonly bigint[];
  /** The sponge over header and steps. */
  readonly commitment: bigint;
  /** Steps used; header.steps is the tier. */
  readonly usedSteps: number;
  readonly fills: number;
}

type BatchState = "cut" | "committed" | "proven";

export interface BatchView extends StoredBatch {
  readonly state: BatchState;
  readonly settlement: BatchSettlement;
  readonly job: JobState;
}

/** A prover's work on one batch. `proven` here means: a verified proof was handed in. */
export type JobState =
  | { readonly state: "waiting" }
  | { readonly state: "leased"; readonly worker: string; readonly untilMs: number }
  | { readonly state: "proven" };
