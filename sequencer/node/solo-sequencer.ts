import { encodeTick, isL1, type Tick } from "../exchange/word.ts";
import { type StandingFault, standingFault } from "../execution/standing.ts";
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
import type { Database } from "../store/database.ts";
import { type KernelWork, workHere } from "../threads/kernel-work.ts";
import { checkRequest, type Door, MESSAGES } from "./admission.ts";
import { type BlockObserver, BlockRunner } from "./block-runner.ts";
import { openParts, type Parts } from "./open.ts";
import { OutcomeUnknown } from "./outcome-unknown.ts";
import { Pending } from "./pending.ts";
import { Reader } from "./reader.ts";
import { type AdmissionCode, isRefusal, type Refusal } from "./refusal.ts";
import type { Sequencer } from "./sequencer.ts";
import type { Clock, SequencerSettings } from "./settings.ts";
import { StoredViews } from "./stored-views.ts";
import type { Receipt } from "./view.ts";

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

type HeldEntry = Entry & Awaited<Receipt | Refusal>;

/** Least time that somebody turned away is asked to wait. */
const MIN_RETRY_MS = 100;

export class SoloSequencer extends StoredViews implements Sequencer {
  protected readonly parts: Parts;
  protected readonly settings: SequencerSettings;
  private readonly clock: Clock;
  private readonly observers: SequencerObservers;
  private readonly kernelWork: KernelWork;
  private readonly ordering: Ordering<HeldEntry>;
  private readonly pending = new Pending();
  private readonly door: Door;
  protected readonly runner: BlockRunner;
  protected readonly reader: Reader;
  private flushes: Awaited<number>[] = [];
  private waitingL1 = 0;
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
    super();
    const { limits } = settings;
    const { onBlock = () => undefined } = observers;
    this.parts = parts;
    this.settings = settings;
    this.clock = clock;
    this.observers = observers;
    this.kernelWork = work;
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
    const answer = await this.hold(unsignedEntry([encodeTick(tick)]));
    if (isRefusal(answer)) throw new Error("a tick was left out of its block");
    return answer;
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
    await this.runner.idle();
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

  private hold(entry: Entry): Promise<Receipt | Refusal> {
    return new Promise((done, failed) => {
      if (!this.ordering.append({ ...entry, done, failed }, this.clock.nowMs()))
        throw new Error("the door let in what the queue has no room for");
      this.work();
    });
  }

  /**
   * Why a request that was let in cannot be made to pay where it stands: what waited before it took the account's money, or a
   * tick its key's time. It is refused as at the door, and the log never sees it.
   */
  private standing(entry: Entry): StandingFault | null {
    const { words, authority } = entry;
    if (authority === null) return null;
    const { exchange, keys } = this.door;
    const fault = standingFault(exchange, keys, { words, publicKey: authority.publicKey });
    if (fault !== null) this.settle(entry);
    return fault;
  }

  /** The entry is executed, or left out: it waits no more. */
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

  /** Blocks are executed while others are hashed and written. What comes in while there is no room makes the next one larger. */
  private async runDueBlocks(): Promise<void> {
    for (;;) {
      await this.runner.room();
      if (this.status === "halted") return;
      const block = this.ordering.next(this.blockTimeMs());
      if (block !== undefined) void this.runBlock(block);
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
      const ends = await this.runner.run(block, (entry) => this.standing(entry));
      block.entries.forEach((entry, i) => {
        const end = ends[i]!;
        entry.done("leftOut" in end ? this.refuse(end.leftOut) : this.reader.receiptOf(end));
      });
    } catch (error) {
      this.halt(error);
      for (const entry of block.entries) entry.failed(this.haltError());
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
    }
  }

  private haltError(): Error {
    return new OutcomeUnknown(`the sequencer halted: ${this.fault?.message}`, { cause: this.fault });
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

  protected get queued(): number {
    return this.ordering.waiting;
  }
}
