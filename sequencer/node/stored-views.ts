/** What every sequencer tells of its state, live or on disk; how the state comes about is for subclasses to say. */
import { underEpoch } from "../batch/under-epoch.ts";
import type { BatchSettlement } from "../chain/settlement-record.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Genesis, OrderName } from "../exchange/state.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";
import type { History } from "../store/history.ts";
import type { JobQueue } from "../store/job-queue.ts";
import type { BatchView, StoredBatch } from "../store/settlement.ts";
import type { BlockRunner } from "./block-runner.ts";
import type { Parts } from "./open.ts";
import type { Reader } from "./reader.ts";
import type { SequencerSettings } from "./settings.ts";
import type { AccountView, BookView, Fill, Health, OrderView, Receipt } from "./view.ts";

export abstract class StoredViews {
  protected abstract readonly parts: Parts;
  protected abstract readonly settings: SequencerSettings;
  protected abstract readonly reader: Reader;
  protected abstract readonly runner: BlockRunner;
  protected status: Health["status"] = "running";
  protected fault: Error | null = null;

  /** Requests that wait for a block. */
  protected abstract get queued(): number;

  get genesisRoot(): bigint {
    return this.parts.genesisRoot;
  }

  get genesis(): Genesis {
    return this.settings.genesis;
  }

  get dimensions(): Dimensions {
    return this.settings.dimensions;
  }

  get tiers(): readonly number[] {
    return this.settings.tiers;
  }

  get jobs(): JobQueue {
    return this.parts.jobs;
  }

  get stored(): number {
    return this.runner.stored;
  }

  written(): Promise<void> {
    return this.runner.written();
  }

  /** Where what this node can tell begins. */
  get history(): History {
    return this.parts.history;
  }

  /** The live state, to look at. */
  get exchange(): Exchange {
    return this.parts.exchange;
  }

  health(): Health {
    const { exchange, journal, settlements, cutter } = this.parts;
    const { committed, proven } = settlements;
    return {
      status: this.status,
      reason: this.fault?.message ?? null,
      machineTime: exchange.machine.time,
      sequence: journal.sequence,
      queued: this.queued,
      batches: { cut: this.runner.latestBatch, committed, proven },
      provingLagSeconds: settlements.lagSeconds(exchange.machine.time),
      openSteps: cutter.open.steps.length,
      l1Consumed: exchange.machine.l1Consumed,
      fills: journal.fills,
    };
  }

  book(market: number, depth: number): BookView | undefined {
    return this.reader.book(market, depth);
  }

  account(index: number): AccountView | undefined {
    return this.reader.account(index);
  }

  order(name: OrderName): Promise<OrderView | undefined> {
    return this.reader.order(name);
  }

  fills(from: number, limit: number): Promise<Fill[]> {
    return this.reader.fills(from, limit);
  }

  accountFills(account: number, from: number, limit: number): Promise<Fill[]> {
    return this.reader.accountFills(account, from, limit);
  }

  receipt(word: bigint): Promise<Receipt | undefined> {
    return this.reader.receipt(word);
  }

  receiptAt(sequence: number): Promise<Receipt | undefined> {
    return this.reader.receiptAt(sequence);
  }

  latestBatch(): number {
    return this.runner.latestBatch;
  }

  batch(number: number): Promise<StoredBatch | undefined> {
    return this.reader.batch(number);
  }

  batchView(number: number): Promise<BatchView | undefined> {
    return this.reader.batchView(number);
  }

  /** Puts a batch that is not proven on L1 under another epoch. False if it stands under that one, or is not here. */
  async restateBatch(number: number, epoch: number): Promise<boolean> {
    const { jobs, hash } = this.parts;
    const [batch, job] = await Promise.all([this.batch(number), jobs.job(number)]);
    if (batch === undefined || job === undefined || batch.header.epoch === epoch) return false;
    await jobs.restate(underEpoch({ batch, job }, epoch, hash));
    return true;
  }

  onBatchCut(listener: (number: number) => void): () => void {
    return this.runner.onBatchCut(listener);
  }

  recordSettlement(settlement: BatchSettlement): Promise<void> {
    return this.parts.settlements.record(settlement);
  }
}
