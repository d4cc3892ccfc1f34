/**
 * What the HTTP API needs of the node. The composition root passes the sequencer and the chain side; their objects
 * satisfy these by shape.
 */
import type { BatchJob } from "../batch/job.ts";
import type { CutBatch } from "../chain/ports.ts";
import type { ProvenStatement } from "../chain/proof.ts";
import type { BatchSettlement } from "../chain/settlement-record.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { RefusalCode } from "../exchange/refusal.ts";
import type { Lots, Seconds, Ticks } from "../exchange/state.ts";
import type { Side } from "../exchange/word.ts";
import type { SignedRequest } from "../signature/request.ts";

/** Why a request was not logged. Nothing changed; its nonce is still free. */
export interface Rejection {
  /** A rule of the exchange, or one of the codes that only the door knows, see error-codes.ts. */
  readonly code: string;
  /** Anything else that helps: JSON values only, bigints as decimal strings. */
  readonly [fact: string]: unknown;
}

/** What became of a logged request. */
export interface Receipt {
  readonly id: string;
  /** Place in the log, from 0 on without gaps. */
  readonly sequence: number;
  readonly account: number;
  readonly nonce: number;
  /** Pending until executed. */
  readonly outcome: "pending" | "accepted" | "refused" | "dropped";
  readonly code: RefusalCode | null;
  /** The batch that holds its words; null until executed. */
  readonly batch: number | null;
  /** Fills of its first step; an order that goes on filling has more in /v1/fills. */
  readonly fills: readonly number[];
}

export type Submission =
  | { readonly accepted: true; readonly receipt: Receipt }
  | { readonly accepted: false; readonly rejection: Rejection };

export interface Fill {
  /** Counts all fills, from 0 on without gaps. */
  readonly index: number;
  readonly market: number;
  readonly makerAccount: number;
  readonly makerSlot: number;
  readonly takerAccount: number;
  readonly takerSlot: number;
  /** The taker's. */
  readonly side: Side;
  readonly price: Ticks;
  readonly lots: Lots;
  /** Machine time. */
  readonly time: Seconds;
  /** The batch whose steps hold it, cut or still open. */
  readonly batch: number;
}

/** Requests in, records out. */
export interface SequencerPort {
  /** The live state; read only. */
  readonly exchange: Exchange;
  /** Resolves when the request is ordered and on disk, or rejected. */
  submit(request: SignedRequest): Promise<Submission>;
  receipt(id: string): Promise<Receipt | undefined>;
  /** Fills with index >= from in order, at most `limit`, those of one account if it is given. */
  fills(query: { from: number; limit: number; account?: number }): Promise<readonly Fill[]>;
  /** True while the node takes requests: recovered, not stopping. */
  isReady(): boolean;
}

export interface BatchesPort {
  latestBatch(): number;
  batch(number: number): Promise<CutBatch | undefined>;
  /** The prover's input; undefined when the batch does not exist. */
  job(number: number): Promise<BatchJob | undefined>;
}

/** How far batches have come on L1. */
export interface SettlementPort {
  readonly committed: number;
  readonly proven: number;
  batch(number: number): Promise<BatchSettlement | undefined>;
}

/** Why a handed-in proof was not taken. */
export type ProofRefusal =
  | { readonly code: "noSuchBatch"; readonly batch: number }
  | { readonly code: "unknownTier"; readonly steps: number }
  | { readonly code: "wrongStatement"; readonly expected: readonly string[] }
  | { readonly code: "invalidProof"; readonly batch: number };

export interface Lease {
  readonly batch: number;
  readonly worker: string;
  /** Unix milliseconds. */
  readonly expiresAtMs: number;
}

export type LeaseRefusal =
  | { readonly code: "noSuchBatch"; readonly batch: number }
  | { readonly code: "notLeased"; readonly batch: number }
  | { readonly code: "alreadyProven"; readonly batch: number };

/** The prover's counter: jobs out, proofs in. */
export interface JobDeskPort {
  /** The oldest batch that is neither proven nor leased; undefined when there is none. */
  lease(worker: string, seconds: number): Promise<{ lease: Lease; job: BatchJob } | undefined>;
  extend(batch: number, worker: string, seconds: number): Promise<Lease | LeaseRefusal>;
  /** Verified before it is kept. The same proof twice, or a second one, is as good as the first. */
  handIn(batch: number, statement: ProvenStatement): Promise<ProofRefusal | null>;
  /** Whether a verified proof waits here. */
  hasProof(batch: number): Promise<boolean>;
}
