/** What the HTTP API needs of the node; the composition root passes the sequencer and the chain side. */
import type { Groth16Proof } from "snarkjs";
import type { ChainFault } from "../chain/fault.ts";
import type { Sequencer } from "../node/sequencer.ts";

/** The part of the sequencer that the API uses. */
export type SequencerPort = Pick<
  Sequencer,
  | "genesis"
  | "dimensions"
  | "tiers"
  | "genesisRoot"
  | "submit"
  | "book"
  | "account"
  | "order"
  | "fills"
  | "accountFills"
  | "receipt"
  | "health"
  | "history"
  | "stored"
  | "written"
  | "latestBatch"
  | "batch"
  | "batchView"
  | "jobs"
>;

/** How the chain side fares; a node without a chain has none. */
export interface ChainPort {
  readonly chainId: bigint;
  /** Address of the exchange contract. */
  readonly exchange: string;
  /** Newest block seen, and the newest whose L1 requests are taken. */
  readonly headBlock: number;
  readonly finalBlock: number;
  /** Set when the chain side has stopped for good. */
  readonly fault: ChainFault | null;
}

/** Verifies proofs against the keys of the tiers. */
export interface ProofVerifier {
  hasTier(steps: number): boolean;
  verify(steps: number, publicSignals: readonly bigint[], proof: Groth16Proof): Promise<boolean>;
}

export interface ApiParts {
  readonly sequencer: SequencerPort;
  readonly chain: ChainPort | null;
  readonly verifier: ProofVerifier;
  /** Unix milliseconds. */
  readonly now: () => number;
}
