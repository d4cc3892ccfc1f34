/**
 * What the chain side needs of its surroundings, and nothing more. The sequencer's objects satisfy these by shape;
 * tests satisfy them with a few lines.
 */
import type { Evidence } from "../../verifier-contracts/evidence.ts";
import type { BatchStatement } from "../../verifier-contracts/typed-data.ts";
import type { BatchHeader } from "../batch/header.ts";
import type { ProvenStatement } from "./proof.ts";
import type { BatchSettlement } from "./settlement-record.ts";

/** Where the words of the L1 queue go. */
export interface L1Intake {
  /** Index of the next queue word wanted: those consumed by the machine plus those that wait in memory. */
  nextL1Index(): number;
  /**
   * Takes words in queue order, whole requests only. `firstIndex` equals `nextL1Index()`; anything else is a bug
   * and throws. Resolves when the words are held, not when they are executed; when there is no room for them, with none
   * taken, and they are brought again.
   */
  submitL1(words: readonly bigint[], firstIndex: number): Promise<void>;
}

/** A batch that was cut: what is posted, and what the quorum signs. */
export interface CutBatch {
  readonly header: BatchHeader;
  /** Request words with their outcomes, as posted after the header. */
  readonly words: readonly bigint[];
  /** The sponge C over header and steps. */
  readonly commitment: bigint;
}

/** Batches by number, from 1 on without gaps. */
export interface CutBatches {
  /** Number of the newest batch; 0 when there is none. */
  latestBatch(): number;
  batch(number: number): Promise<CutBatch | undefined>;
}

/** What is remembered of batches on L1. */
export interface Settlements {
  latestBatch(): number;
  /** As it was recorded last; undefined when the batch does not exist. */
  batchView(number: number): Promise<{ readonly settlement: BatchSettlement } | undefined>;
  /** Nulls take back what a reorganisation undid. */
  recordSettlement(settlement: BatchSettlement): Promise<void>;
}

/** Proofs that were verified here and wait to be sent. */
export interface Proofs {
  proof(number: number): Promise<ProvenStatement | undefined>;
}

/** The signer will not sign this statement, whenever it is asked. Any other error is worth another try. */
export class UnsignedError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "UnsignedError";
  }
}

/** Signs the order of a batch as a validator; what it signed is on its disk before it answers. */
export interface BatchSigner {
  /**
   * Signatures of a quorum, ascending by signer; undefined while it has not come together, or others are to send it.
   * Rejects with `UnsignedError` if it never will.
   */
  sign(statement: BatchStatement): Promise<readonly string[] | undefined>;
}

/**
 * slashed: the registry took the stake; noStake: there is none, it was paid out or never was; refused: the registry does
 * not see what this node sees.
 */
export type ReportOutcome = "slashed" | "noStake" | "refused";

export interface KeptEvidence {
  /** Who contradicted itself, lower case. */
  readonly signer: string;
  readonly evidence: Evidence;
  /** From when on it is this node's turn to report it, if nobody did. */
  readonly dueAtMs: number;
  /** Null while it has to be reported. */
  readonly outcome: ReportOutcome | null;
}

/** Contradictions of validators that were found, on disk. */
export interface EvidenceDesk {
  waiting(): readonly KeptEvidence[];
  settle(kept: KeptEvidence, outcome: ReportOutcome): Promise<void>;
}

/** Where the exchange was deployed. */
export interface DeployedExchange {
  readonly chainId: bigint;
  /** Address of the contract. */
  readonly exchange: string;
  /** Block of the deployment: nothing happened on it before. */
  readonly blockNumber: number;
  readonly blockHash: string;
}
