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
import type { OrderName } from "../exchange/state.ts";
import { encodeTick, type Tick } from "../exchange/word.ts";
import { expireWords } from "../execution/dead-orders.ts";
import { executeEntry } from "../execution/execute.ts";
import type { Logged } from "../execution/journal.ts";
import { type Entry, EntryClass, l1Entries, signedEntry, unsignedEntry } from "../ordering/entry.ts";
import type { Block, Ordering } from "../ordering/ordering.ts";
import { SoloOrdering } from "../ordering/solo-ordering.ts";
import { KeyTables } from "../signature/key-tables.ts";
import type { SignedRequest } from "../signature/request.ts";
import type { Poseidon } from "../state-tree/poseidon.ts";
import type { Database } from "../store/database.ts";
import type { JobQueue } from "../store/job-queue.ts";
import type { FillRecord } from "../store/records.ts";
import type { BatchView, StoredBatch } from "../store/settlement.ts";
import { put } from "../store/space.ts";
import { stateOperations } from "../store/state-operations.ts";
import { tables } from "../store/tables.ts";
import { checkRequest, type Door, MESSAGES } from "./admission.ts";
import { openParts, type Parts, progressOperation } from "./open.ts";
import { Pending } from "./pending.ts";
import type { AdmissionCode, Refusal } from "./refusal.ts";
import type { Sequencer } from "./sequencer.ts";
import type { Clock, SequencerSettings } from "./settings.ts";
import type { AccountView, BookView, Fill, Health, OrderView, Receipt } from "./view.ts";
import { accountView, bookView, orderView, receiptView } from "./views.ts";

/** An entry with somebody waiting for it. */
interface HeldEntry extends Entry {
  readonly done: (receipt: Receipt) => void;
  readonly failed: (error: Error) => void;
}

/** Something to be cut outside of the rules. */
interface Flush {
  readonly done: (lastBatch: number) => void;
  readonly failed: (error: Error) => void;
}

export class SoloSequencer implements Sequencer {
  private readonly parts: Parts;
  private readonly settings: SequencerSettings;
  private readonly clock: Clock;
  private readonly ordering: Ordering<HeldEntry>;
  private readonly pending = new Pending();
  private readonly door: Door;
  private readonly listeners = new Set<(number: number) => void>();
  private flushes: Flush[] = [];
  private height: number;
  private latest: number;
  private waitingL1 = 0;
  private status: Health["status"] = "running";
  private fault: Error | null = null;
  private working: Promise<void> | null = null;
  private cancelTimer: (() => void) | null = null;

  private constructor(parts: Parts, settings: SequencerSettings, poseidon: Poseidon, clock: Clock) {
    this.parts = parts;
    this.settings = settings;
    this.clock = clock;
    this.height = parts.height;
    this.latest = parts.cutter.open.number - 1;
    this.ordering = new SoloOrdering(settings.limits, parts.height);
    this.door = {
      exchange: parts.exchange,
      pending: this.pending,
      poseidon,
      tables: new KeyTables(),
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
  ): Promise<SoloSequencer> {
    const parts = await openParts(database, settings, poseidon);
    return new SoloSequencer(parts, settings, poseidon, clock);
  }

  get genesis() {
    return this.settings.genesis;
  }
  get dimensions() {
    return this.settings.dimensions;
  }
  get tiers() {
    return this.settings.tiers;
  }
  get genesisRoot() {
    return this.parts.genesisRoot;
  }
  get jobs(): JobQueue {
    return this.parts.jobs;
  }

  // ---- in ------------------------------------------------------------------------------------------------

  async submit(request: SignedRequest): Promise<Receipt | Refusal> {
    if (this.status !== "running") return this.refuse("closing");
    const code = checkRequest(this.door, request);
    if (code !== null) return this.refuse(code);
    const { words, publicKey, signature } = request;
    this.pending.add(words.at(-1)!);
    return await this.hold(signedEntry([...words], { publicKey, signature }));
  }

  async submitL1(words: readonly bigint[], firstIndex: number): Promise<void> {
    if (firstIndex !== this.nextL1Index())
      throw new Error(`L1 word ${firstIndex} came, ${this.nextL1Index()} is next`);
    if (words.length > this.settings.limits.maxL1Words)
      throw new RangeError(`at most ${this.settings.limits.maxL1Words} L1 words at once`);
    this.assertRunning();
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

  flush(): Promise<number> {
    this.assertRunning();
    return new Promise((done, failed) => {
      this.flushes.push({ done, failed });
      this.work();
    });
  }

  async close(): Promise<void> {
    if (this.status === "running") this.status = "closing";
    this.work();
    while (this.working !== null || (this.status === "closing" && this.ordering.waiting > 0)) {
      this.work();
      await this.working;
    }
    this.cancelTimer?.();
    await this.parts.database.close();
  }

  private refuse(code: AdmissionCode): Refusal {
    if (code !== "busy") return { refused: code, message: MESSAGES[code] };
    const { maxBlockEntries, blockMs } = this.settings.limits;
    const blocks = Math.ceil(this.ordering.waiting / maxBlockEntries);
    return { refused: code, message: MESSAGES[code], retryAfterMs: Math.max(100, blocks * blockMs * 10) };
  }

  private hasRoom(of: EntryClass): boolean {
    if (of !== EntryClass.relief && this.parts.jobs.waiting >= this.settings.limits.maxUnprovenBatches)
      return false;
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

  // ---- blocks --------------------------------------------------------------------------------------------

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
      const block = this.ordering.next(
        this.status === "closing" ? Number.MAX_SAFE_INTEGER : this.clock.nowMs(),
      );
      if (block !== undefined) await this.runBlock(block).catch((error) => this.failBlock(block, error));
      else if (this.flushes.length > 0) await this.runFlush();
      else return;
    }
  }

  private wakeForNextBlock(): void {
    const dueInMs = this.flushes.length > 0 ? 0 : this.ordering.dueInMs(this.clock.nowMs());
    if (dueInMs === undefined || this.status === "halted") return;
    this.cancelTimer?.();
    if (dueInMs === 0) this.work();
    else this.cancelTimer = this.clock.after(dueInMs, () => this.work());
  }

  private async runBlock(block: Block<HeldEntry>): Promise<void> {
    const { limits } = this.settings;
    const finished: { entry: HeldEntry; logged: Logged }[] = [];
    let hasExpired = false;
    const expire = (): void => {
      hasExpired = true;
      for (const word of expireWords(this.parts.exchange, limits.expiryDepth, limits.maxExpiriesPerBlock))
        this.execute(unsignedEntry([word]));
    };
    for (const entry of block.entries) {
      if (!hasExpired && entry.class !== EntryClass.system) expire();
      finished.push({ entry, logged: this.execute(entry) });
      this.settle(entry);
    }
    if (!hasExpired) expire();
    this.height = block.height;
    await this.store();
    for (const { entry, logged } of finished) entry.done(this.receiptOf(logged));
  }

  private execute(entry: Entry): Logged {
    const { exchange, journal } = this.parts;
    return journal.log(entry, executeEntry(exchange, entry, journal));
  }

  /** The entry is executed: it waits no more. */
  private settle(entry: Entry): void {
    if (entry.account !== null) this.pending.removeFirst(entry.account);
    else if (isFromL1(entry)) this.waitingL1 -= entry.words.length;
  }

  private async runFlush(): Promise<void> {
    const { flushes } = this;
    this.flushes = [];
    try {
      this.parts.cutter.flush();
      await this.store();
      for (const { done } of flushes) done(this.latest);
    } catch (error) {
      for (const { failed } of flushes) failed(error as Error);
      throw error;
    }
  }

  /** One atomic write of all that changed; afterwards it may be told. */
  private async store(): Promise<void> {
    const { database, exchange, cutter, journal, openRows, jobs, settlements } = this.parts;
    const cuts = cutter.takeCuts();
    await database.write([
      ...stateOperations(exchange, journal.touched),
      ...journal.takeOperations(),
      ...openRows.operations(cutter),
      ...cuts.flatMap(({ batch, job }) => [
        put(tables.batch, [batch.header.number], batch),
        ...jobs.rowsOf(batch.header.number, job),
      ]),
      progressOperation(cutter, { height: this.height, sequence: journal.sequence, fills: journal.fills }),
    ]);
    for (const { batch } of cuts) {
      const { number, time } = batch.header;
      this.latest = number;
      jobs.added(number);
      settlements.cut(number, time);
      for (const listener of this.listeners) listener(number);
    }
  }

  private failBlock(block: Block<HeldEntry>, error: unknown): never {
    this.halt(error);
    for (const entry of block.entries) entry.failed(this.haltError());
    throw error;
  }

  private haltError(): Error {
    return new Error(`the sequencer halted: ${this.fault?.message}`, { cause: this.fault });
  }

  private halt(error: unknown): void {
    if (this.status === "halted") return;
    this.status = "halted";
    this.fault = error instanceof Error ? error : new Error(String(error));
    const fault = this.haltError();
    for (const flush of this.flushes) flush.failed(fault);
    for (;;) {
      const block = this.ordering.next(Number.MAX_SAFE_INTEGER);
      if (block === undefined) return;
      for (const entry of block.entries) entry.failed(fault);
    }
  }

  // ---- out -----------------------------------------------------------------------------------------------

  book(market: number, depth: number): BookView | undefined {
    return bookView(this.parts.exchange, market, depth, this.parts.journal.sequence);
  }

  account(index: number): AccountView | undefined {
    return accountView(this.parts.exchange, this.pending, this.parts.orders, index);
  }

  async order(name: OrderName): Promise<OrderView | undefined> {
    const { orders, database, exchange } = this.parts;
    const record = orders.get(name) ?? (await database.get(tables.orderRecord, name.account, name.slot));
    return record && orderView(exchange, { account: name.account, slot: name.slot }, record);
  }

  async fills(from: number, limit: number): Promise<Fill[]> {
    const rows = await this.parts.database.list(tables.fill, [], { from, limit: this.rows(limit) });
    return rows.map(({ value }) => this.fillView(value));
  }

  async accountFills(account: number, from: number, limit: number): Promise<Fill[]> {
    const { database } = this.parts;
    const rows = await database.list(tables.accountFill, [account], { from, limit: this.rows(limit) });
    return await Promise.all(
      rows.map(async ({ value }) => this.fillView(await database.demand(tables.fill, value))),
    );
  }

  async receipt(word: bigint): Promise<Receipt | undefined> {
    const sequence = await this.parts.database.get(tables.request, word.toString(16));
    return sequence === undefined ? undefined : await this.receiptAt(sequence);
  }

  async receiptAt(sequence: number): Promise<Receipt | undefined> {
    const record = await this.parts.database.get(tables.log, sequence);
    return record && this.receiptOf({ sequence, record });
  }

  health(): Health {
    const { exchange, journal, settlements, cutter } = this.parts;
    return {
      status: this.status,
      reason: this.fault?.message ?? null,
      machineTime: exchange.machine.time,
      sequence: journal.sequence,
      queued: this.ordering.waiting,
      batches: { cut: this.latest, committed: settlements.committed, proven: settlements.proven },
      provingLagSeconds: settlements.lagSeconds(exchange.machine.time),
      openSteps: cutter.open.steps.length,
      l1Consumed: exchange.machine.l1Consumed,
      fills: journal.fills,
    };
  }

  latestBatch(): number {
    return this.latest;
  }

  batch(number: number): Promise<StoredBatch | undefined> {
    return this.parts.database.get(tables.batch, number);
  }

  async batchView(number: number): Promise<BatchView | undefined> {
    const { settlements, jobs } = this.parts;
    const batch = await this.batch(number);
    const job = jobs.state(number);
    if (batch === undefined || job === undefined) return undefined;
    const settled = settlements.of(number);
    const state = settled === "ordered" ? "cut" : settled;
    return { ...batch, state, settlement: await settlements.batch(number), job };
  }

  onBatchCut(listener: (number: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  recordSettlement(settlement: BatchSettlement): Promise<void> {
    return this.parts.settlements.record(settlement);
  }

  private rows(limit: number): number {
    return Math.min(limit, this.settings.limits.maxRows);
  }

  private receiptOf = ({ sequence, record }: Logged): Receipt =>
    receiptView(sequence, record, (batch) => this.parts.settlements.of(batch));

  private fillView = (fill: FillRecord): Fill => ({
    ...fill,
    settlement: this.parts.settlements.of(fill.batch),
  });
}

const isFromL1 = (entry: Entry): boolean => (entry.words[0]! & 128n) !== 0n;
