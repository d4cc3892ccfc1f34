/**
 * The sequencer of one node.
 *
 *   submit -> door (admission.ts) -> ordering -> block -> steps (execute.ts) -> cutter -> one atomic write -> receipts
 *
 * Blocks execute one after the other; while one is written, requests gather for the next. A receipt is given only for
 * what is on disk. Views read the live state, which may be one block ahead of the disk. A bug or a failing disk halts
 * the node: nothing is signed or acknowledged after a broken invariant.
 */
import type { BatchSettlement } from "../chain/settlement-record.ts";
import type { Exchange } from "../exchange/exchange.ts";
import type { Genesis, OrderName } from "../exchange/state.ts";
import { encodeTick, isL1, type Tick } from "../exchange/word.ts";
import {
  type Entry,
  EntryClass,
  l1Entries,
  signedClass,
  signedEntry,
  unsignedEntry,
} from "../ordering/entry.ts";
import type { Block, Ordering } from "../ordering/ordering.ts";
import { SoloOrdering } from "../ordering/solo-ordering.ts";
import { rememberedKeyHashes } from "../signature/key-hashes.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { Dimensions } from "../state-tree/state-tree.ts";
import type { Database } from "../store/database.ts";
import type { JobQueue } from "../store/job-queue.ts";
import type { BatchView, StoredBatch } from "../store/settlement.ts";
import { type KernelWork, workHere } from "../threads/kernel-work.ts";
import { checkRequest, type Door, MESSAGES } from "./admission.ts";
import { type BlockObserver, BlockRunner } from "./block-runner.ts";
import { openParts, type Parts } from "./open.ts";
import { Pending } from "./pending.ts";
import { Reader } from "./reader.ts";
import type { AdmissionCode, Refusal } from "./refusal.ts";
import type { Sequencer } from "./sequencer.ts";
import type { Clock, SequencerSettings } from "./settings.ts";
import type { AccountView, BookView, Fill, Health, OrderView, Receipt } from "./view.ts";

export interface SequencerObservers {
  readonly onBlock?: BlockObserver;
  /** The node has stopped for a fault. */
  readonly onHalt?: (fault: Error) => void;
}

/** Somebody waits for it. */
interface Awaited<T> {
  readonly done: (value: T) => void;
  readonly failed: (error: Error) => void;
}

type HeldEntry = Entry & Awaited<Receipt>;

/** Least time that somebody turned away is asked to wait. */
const MIN_RETRY_MS = 100;

export class SoloSequencer implements Sequencer {
  readonly genesisRoot: bigint;
  private readonly parts: Parts;
  private readonly settings: SequencerSettings;
  private readonly clock: Clock;
  private readonly observers: SequencerObservers;
  private readonly kernelWork: KernelWork;
  private readonly ordering: Ordering<HeldEntry>;
  private readonly pending = new Pending();
  private readonly door: Door;
  private readonly runner: BlockRunner;
  private readonly reader: Reader;
  private flushes: Awaited<number>[] = [];
  private waitingL1 = 0;
  private status: Health["status"] = "running";
  private fault: Error | null = null;
  private working: Promise<void> | null = null;
  private cancelTimer: (() => void) | null = null;

  private constructor(
    parts: Parts,
    settings: SequencerSettings,
    poseidon: Poseidon,
    clock: Clock,
    observers: SequencerObservers,
    work: KernelWork,
  ) {
    const { limits } = settings;
    const { onBlock = () => undefined } = observers;
    this.parts = parts;
    this.settings = settings;
    this.clock = clock;
    this.observers = observers;
    this.kernelWork = work;
    this.genesisRoot = parts.genesisRoot;
    this.ordering = new SoloOrdering(limits, parts.height);
    const onExecuted = (entry: Entry): void => this.settle(entry);
    const { runPlan } = work;
    this.runner = new BlockRunner({ parts, limits, clock, onBlock, onExecuted, runPlan });
    this.reader = new Reader(parts, this.pending, limits.maxRows);
    this.door = {
      exchange: parts.exchange,
      pending: this.pending,
      keys: rememberedKeyHashes(poseidon),
      settings,
      hasRoom: (of) => this.hasRoom(of),
    };
  }

  /** Takes over the database and closes it in the end. */
  static async open(
    database: Database,
    settings: SequencerSettings,
    poseidon: Poseidon,
    clock: Clock,
    observers: SequencerObservers = {},
    work: KernelWork = workHere(poseidon, settings.genesis.domain),
  ): Promise<SoloSequencer> {
    const parts = await openParts(database, settings, poseidon);
    return new SoloSequencer(parts, settings, poseidon, clock, observers, work);
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

  /** The live state, to look at. */
  get exchange(): Exchange {
    return this.parts.exchange;
  }

  async submit(request: SignedRequest): Promise<Receipt | Refusal> {
    if (this.status !== "running") return this.refuse("closing");
    const code = this.faultOf(request);
    if (code !== null) return this.refuse(code);
    const isGood = this.kernelWork.check(request);
    if (typeof isGood !== "boolean") {
      const verdict = await isGood;
      // The signature is as good as it was, but other requests came first meanwhile.
      const changed = this.status !== "running" ? "closing" : checkRequest(this.door, request);
      if (changed !== null) return this.refuse(changed);
      if (!verdict) return this.refuse("badSignature");
    } else if (!isGood) return this.refuse("badSignature");
    const { words, publicKey, signature } = request;
    this.pending.add(words.at(-1)!);
    return await this.hold(signedEntry([...words], { publicKey, signature }));
  }

  /** Why a request is turned away before its signature is looked at. */
  private faultOf(request: SignedRequest): AdmissionCode | null {
    const code = checkRequest(this.door, request);
    if (code !== null) return code;
    const relief = signedClass(request.words.at(-1)!) === EntryClass.relief;
    return this.kernelWork.hasRoom(relief) ? null : "busy";
  }

  async submitL1(words: readonly bigint[], firstIndex: number): Promise<void> {
    this.assertRunning();
    const { maxL1Words } = this.settings.limits;
    if (firstIndex !== this.nextL1Index())
      throw new Error(`L1 word ${firstIndex} came, ${this.nextL1Index()} is next`);
    if (words.length > maxL1Words) throw new RangeError(`at most ${maxL1Words} L1 words at once`);
    const entries = l1Entries(words);
    this.waitingL1 += words.length;
    // Held is enough: the queue itself is on L1, and what was not executed is asked for again.
    for (const entry of entries) this.hold(entry).catch(() => undefined);
  }

  nextL1Index(): number {
    return this.parts.exchange.machine.l1Consumed + this.waitingL1;
  }

  async submitTick(tick: Tick): Promise<Receipt> {
    this.assertRunning();
    return await this.hold(unsignedEntry([encodeTick(tick)]));
  }

  async flush(): Promise<number> {
    this.assertRunning();
    return await new Promise((done, failed) => {
      this.flushes.push({ done, failed });
      this.work();
    });
  }

  async close(): Promise<void> {
    if (this.status === "running") this.status = "closing";
    this.work();
    while (this.working !== null) await this.working;
    this.cancelTimer?.();
    await this.parts.database.close();
  }

  private refuse(code: AdmissionCode): Refusal {
    const refusal = { refused: code, message: MESSAGES[code] };
    if (code !== "busy") return refusal;
    const { maxBlockEntries, blockMs } = this.settings.limits;
    const blocks = Math.ceil(this.ordering.waiting / maxBlockEntries);
    return { ...refusal, retryAfterMs: Math.max(MIN_RETRY_MS, blocks * blockMs) };
  }

  private hasRoom(of: EntryClass): boolean {
    const { maxUnprovenBatches } = this.settings.limits;
    if (of !== EntryClass.relief && this.parts.jobs.waiting >= maxUnprovenBatches) return false;
    return this.ordering.hasRoom(of);
  }

  private assertRunning(): void {
    if (this.status !== "running") throw new Error(MESSAGES.closing, { cause: this.fault });
  }

  private hold(entry: Entry): Promise<Receipt> {
    return new Promise((done, failed) => {
      if (!this.ordering.append({ ...entry, done, failed }, this.clock.nowMs()))
        throw new Error("the door let in what the queue has no room for");
      this.work();
    });
  }

  /** The entry is executed: it waits no more. */
  private settle(entry: Entry): void {
    if (entry.account !== null) this.pending.removeFirst(entry.account);
    else if (isL1(entry.words[0]!)) this.waitingL1 -= entry.words.length;
  }

  /** Runs blocks while any is due; called whenever something came in. */
  private work(): void {
    if (this.working !== null || this.status === "halted") return;
    this.working = this.runDueBlocks()
      .catch((error: unknown) => this.halt(error))
      .finally(() => {
        this.working = null;
        // Not before: what came in since the last look found somebody at work.
        this.wakeForNextBlock();
      });
  }

  private async runDueBlocks(): Promise<void> {
    for (;;) {
      const block = this.ordering.next(this.blockTimeMs());
      if (block !== undefined) await this.runBlock(block);
      else if (this.flushes.length > 0) await this.runFlush();
      else return;
    }
  }

  /** Whoever closes waits for no company. */
  private blockTimeMs(): number {
    return this.status === "closing" ? Number.MAX_SAFE_INTEGER : this.clock.nowMs();
  }

  private wakeForNextBlock(): void {
    const dueInMs = this.flushes.length > 0 ? 0 : this.ordering.dueInMs(this.blockTimeMs());
    this.cancelTimer?.();
    if (dueInMs === undefined || this.status === "halted") return;
    if (dueInMs === 0) this.work();
    else this.cancelTimer = this.clock.after(dueInMs, () => this.work());
  }

  private async runBlock(block: Block<HeldEntry>): Promise<void> {
    try {
      const logged = await this.runner.run(block);
      block.entries.forEach((entry, i) => {
        entry.done(this.reader.receiptOf(logged[i]!));
      });
    } catch (error) {
      this.halt(error);
      for (const entry of block.entries) entry.failed(this.haltError());
      throw error;
    }
  }

  private async runFlush(): Promise<void> {
    const { flushes } = this;
    this.flushes = [];
    try {
      await this.runner.flush();
      for (const { done } of flushes) done(this.runner.latestBatch);
    } catch (error) {
      this.halt(error);
      for (const { failed } of flushes) failed(this.haltError());
      throw error;
    }
  }

  private haltError(): Error {
    return new Error(`the sequencer halted: ${this.fault?.message}`, { cause: this.fault });
  }

  private halt(error: unknown): void {
    if (this.status === "halted") return;
    this.status = "halted";
    this.fault = error instanceof Error ? error : new Error(String(error));
    for (const flush of this.flushes) flush.failed(this.haltError());
    for (;;) {
      const block = this.ordering.next(Number.MAX_SAFE_INTEGER);
      if (block === undefined) break;
      for (const entry of block.entries) entry.failed(this.haltError());
    }
    this.observers.onHalt?.(this.fault);
  }

  health(): Health {
    const { exchange, journal, settlements, cutter } = this.parts;
    const { committed, proven } = settlements;
    return {
      status: this.status,
      reason: this.fault?.message ?? null,
      machineTime: exchange.machine.time,
      sequence: journal.sequence,
      queued: this.ordering.waiting,
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

  onBatchCut(listener: (number: number) => void): () => void {
    return this.runner.onBatchCut(listener);
  }

  recordSettlement(settlement: BatchSettlement): Promise<void> {
    return this.parts.settlements.record(settlement);
  }
}
