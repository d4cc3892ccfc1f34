/**
 * The sequencer as its neighbours see it: the HTTP API submits and looks, the L1 watcher brings queue words and
 * settlements, the submitter takes batches and proofs, provers take jobs. One object; all numbers start at 1.
 */
import type { BatchSettlement } from "../chain/settlement-record.ts";
import type { Genesis, OrderName } from "../exchange/state.ts";
import type { Tick } from "../exchange/word.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";
import type { History } from "../store/history.ts";
import type { JobQueue } from "../store/job-queue.ts";
import type { BatchView, StoredBatch } from "../store/settlement.ts";
import type { Refusal } from "./refusal.ts";
import type { AccountView, BookView, Fill, Health, OrderView, Receipt } from "./view.ts";

/** What a node needs of whoever orders for it. Ticks and cuts on demand are only for who orders alone. */
export type NodeSequencer = Omit<Sequencer, "submitTick" | "flush">;

export interface Sequencer {
  readonly genesis: Genesis;
  readonly dimensions: Dimensions;
  /** Steps of the circuits that prove here, ascending. */
  readonly tiers: readonly number[];
  /** Root of the state before the first batch; the contract is deployed with it. */
  readonly genesisRoot: bigint;

  /** Resolves with a receipt when the request is executed and on disk, with a refusal when it was never logged. */
  submit(request: SignedRequest): Promise<Receipt | Refusal>;
  /** Whole requests of the L1 queue, the first of them at `nextL1Index()`. Resolves when they are held. */
  submitL1(words: readonly bigint[], firstIndex: number): Promise<void>;
  /** Index of the next word of the L1 queue wanted: consumed ones plus those that wait. */
  nextL1Index(): number;
  /** Moves the clock and prices; resolves when executed and on disk. A tick may be refused by rule, too. */
  submitTick(tick: Tick): Promise<Receipt>;
  /** Cuts the batch under construction now, if it has a step; the number of the last batch cut. */
  flush(): Promise<number>;

  book(market: number, depth: number): BookView | undefined;
  account(index: number): AccountView | undefined;
  /** The last order of a slot, if there ever was one. */
  order(name: OrderName): Promise<OrderView | undefined>;
  /** Fills from a sequence number on, oldest first. */
  fills(from: number, limit: number): Promise<Fill[]>;
  /** Fills in which the account took part, from a sequence number on, oldest first. */
  accountFills(account: number, from: number, limit: number): Promise<Fill[]>;
  /** What became of a signed request, by its command word. */
  receipt(word: bigint): Promise<Receipt | undefined>;
  /** What stands at a place of the log. */
  receiptAt(sequence: number): Promise<Receipt | undefined>;
  health(): Health;
  /** The last place of the log that is executed and on disk. */
  readonly stored: number;
  /** Resolves when the live state, which books and accounts show, is on disk as it is now; rejects when it never will be. */
  written(): Promise<void>;
  /** Where what this node can tell begins. */
  readonly history: History;

  /** Number of the newest batch; 0 when there is none. */
  latestBatch(): number;
  batch(number: number): Promise<StoredBatch | undefined>;
  batchView(number: number): Promise<BatchView | undefined>;
  /** Calls back after a batch is on disk; returns how to stop. */
  onBatchCut(listener: (number: number) => void): () => void;
  /** What the chain says of a batch now. Nulls take back what a reorganisation undid. */
  recordSettlement(settlement: BatchSettlement): Promise<void>;

  readonly jobs: JobQueue;

  /** Takes nothing more, finishes and stores what was admitted, closes the database. */
  close(): Promise<void>;
}
