/** What both ways of ordering - alone, or in a set - are opened with, and what a node then has. */
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { BatchSigner, EvidenceDesk } from "../chain/ports.ts";
import type { EndpointsProvider } from "../chain/provider.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { Database } from "../store/database.ts";
import type { KernelThreads } from "../threads/kernel-threads.ts";
import type { OwnSigner } from "./batch-signer.ts";
import type { NodeConfig } from "./config.ts";
import type { NodeSequencer } from "./sequencer.ts";
import type { SequencerSettings } from "./settings.ts";
import type { SequencerObservers } from "./solo-sequencer.ts";

export interface Surroundings {
  readonly config: NodeConfig;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  readonly database: Database;
  readonly settings: SequencerSettings;
  readonly poseidon: Poseidon;
  readonly threads: KernelThreads;
  /** Null: this node has to do with no chain. */
  readonly l1: EndpointsProvider | null;
  readonly registry: Registry;
  readonly observers: SequencerObservers;
  /** The node should be started anew, to join by a snapshot. */
  readonly onFarBehind: () => void;
}

/** The signatures that a batch needs on L1. */
export interface QuorumSigner {
  readonly signer: BatchSigner;
  /** What happened on L1, in its order; what a reorganisation shows anew comes again. */
  readonly onEvent: (event: ExchangeEvent) => void;
  stop(): Promise<void>;
}

/** A sequencer with how it comes to an order. */
export interface OrderingNode {
  readonly sequencer: NodeSequencer;
  /** Contradictions of validators, to be reported; null where nobody else signs. */
  readonly evidence: EvidenceDesk | null;
  /** From the own signature to a quorum's. */
  quorumOf(own: OwnSigner, contract: Pick<ExchangeContract, "state" | "postedBatch">): QuorumSigner;
  /** Prices begin to flow, once the API listens; and end. */
  begin(): void;
  end(): void;
  close(): Promise<void>;
}
