/**
 * Executes final blocks in their order and puts each on disk with the state it made; the next one is executed while one is
 * written. What a block holds is derived from the state it meets (execution/block-entries.ts), so every validator logs the
 * same words.
 */
import type { BatchCutter } from "../batch/cutter.ts";
import type { Epoch } from "../consensus/epoch.ts";
import type { Hash } from "../consensus/messages.ts";
import type { Effect, LogRecord } from "../consensus/ports.ts";
import type { Exchange } from "../exchange/exchange.ts";
import { type DerivationRules, type DerivedEntry, entriesOf } from "../execution/block-entries.ts";
import type { Logged } from "../execution/journal.ts";
import type { KeyHashes, StandingFault } from "../execution/standing.ts";
import type { Alongside, BlockRunner } from "../node/block-runner.ts";
import type { Entry } from "../ordering/entry.ts";
import type { Payload } from "../ordering/payload.ts";
import type { SignedRequest } from "../signature/request.ts";
import { type EpochSets, epochOperation } from "./epoch-sets.ts";
import type { FinalChain } from "./final-chain.ts";
import { digestAfter } from "./state-digest.ts";

type Delivery = Extract<Effect, { kind: "deliver" }>;

/** What became of the requests of a block, all of it on disk. */
export interface Executed {
  readonly height: number;
  readonly stateDigest: Hash;
  /** Words of the L1 queue up to and with this block. */
  readonly l1Consumed: number;
  readonly payload: Payload;
  readonly logged: readonly { readonly request: SignedRequest; readonly logged: Logged }[];
  readonly leftOut: readonly { readonly request: SignedRequest; readonly fault: StandingFault }[];
  /** The epoch that begins after this block. */
  readonly next: Epoch | null;
}

export interface ExecutorOptions {
  readonly exchange: Exchange;
  readonly runner: BlockRunner;
  readonly chain: FinalChain;
  readonly keys: KeyHashes;
  readonly epochs: EpochSets;
  readonly cutter: BatchCutter;
  /** Of an epoch. */
  readonly rules: (epoch: number) => DerivationRules;
  /** After the last block on disk. */
  readonly stateDigest: Hash;
  readonly onExecuted: (executed: Executed) => void;
  /** A broken invariant or a failing disk. */
  readonly onFault: (error: unknown) => void;
}

export class Executor {
  private readonly options: ExecutorOptions;
  /** After the last block on disk. */
  stateDigest: Hash;
  /** After the last block that is executed. */
  private digest: Hash;
  /** All that was delivered is executed, or all that is executed is on disk. */
  private executed: Promise<void> = Promise.resolve();
  private written: Promise<void> = Promise.resolve();
  private failed = false;
  /** Final and not on disk, in their order. */
  private readonly undone: Delivery[] = [];

  constructor(options: ExecutorOptions) {
    this.options = options;
    this.stateDigest = options.stateDigest;
    this.digest = options.stateDigest;
  }

  /** Blocks that are final and not on disk. */
  get waiting(): number {
    return this.undone.length;
  }

  /** They are on no disk of this node but in its log, and the core has let go of them. */
  get waitingRecords(): LogRecord[] {
    return this.undone.map(({ block }) => ({ kind: "block", block }));
  }

  deliver(delivery: Delivery, payload: Payload): void {
    this.undone.push(delivery);
    this.executed = this.executed.then(async () => {
      await this.options.runner.room();
      if (this.failed) return;
      const block = this.run(delivery, payload);
      // It may fail at once, while others are still being written: it is looked at in its turn, but not lost until then.
      block.catch(() => undefined);
      this.written = this.written.then(() => this.finish(block));
    });
  }

  /** Runs when no block is half executed or half written; never, once one has stayed so. */
  between<T>(take: () => T): Promise<T> {
    const taken = this.idle().then(() => {
      if (this.failed) throw new Error("a block has failed: the state is none that was agreed on");
      return take();
    });
    this.executed = taken.then(
      () => undefined,
      () => undefined,
    );
    return taken;
  }

  /** Resolves when everything that was delivered until now is executed and on disk. */
  idle(): Promise<void> {
    return this.executed.then(() => this.written);
  }

  /** Nothing is told of a block that comes after one that failed. */
  private async finish(block: Promise<Executed>): Promise<void> {
    try {
      const executed = await block;
      if (this.failed) return;
      this.undone.shift();
      this.stateDigest = executed.stateDigest;
      this.options.onExecuted(executed);
    } catch (error) {
      if (this.failed) return;
      this.failed = true;
      this.options.onFault(error);
    }
  }

  /** Executes before it returns; what it promises is on disk. */
  private async run({ hash, block, finalView, finalization }: Delivery, payload: Payload): Promise<Executed> {
    const { exchange, runner, chain, keys, epochs, cutter, rules } = this.options;
    const { height, timeMs, lastOfEpoch, epoch } = block.header;
    const next = epochs.learn(block.header, payload);
    const sources = new Map<Entry, SignedRequest>();
    const leftOut: { request: SignedRequest; fault: StandingFault }[] = [];
    const derived = entriesOf(payload, timeMs, exchange, keys, rules(epoch));
    cutter.epoch = epoch;
    const alongside: Alongside = (words, end) => {
      this.digest = digestAfter(this.digest, height, words, end);
      const final = { hash, block, finalView, finalization, stateDigest: this.digest };
      return [...chain.operations(final, end), ...(next === null ? [] : [epochOperation(next)])];
    };
    const entries = loggedOf(derived, sources, leftOut);
    const written = runner.runInOrder(height, entries, alongside, lastOfEpoch);
    const { digest: stateDigest } = this;
    const { l1Consumed } = exchange.machine;
    const logged = await written;
    return {
      height,
      stateDigest,
      l1Consumed,
      payload,
      logged: [...sources].map(([entry, request]) => ({ request, logged: logged.get(entry)! })),
      leftOut,
      next,
    };
  }
}

/** The entries that reach the log, noting which request each is, and which requests do not reach it. */
function* loggedOf(
  derived: Iterable<DerivedEntry>,
  sources: Map<Entry, SignedRequest>,
  leftOut: { request: SignedRequest; fault: StandingFault }[],
): Generator<Entry, void> {
  for (const one of derived) {
    if (one.kind === "leftOut") {
      leftOut.push({ request: one.request, fault: one.fault });
      continue;
    }
    if (one.request !== null) sources.set(one.entry, one.request);
    yield one.entry;
  }
}
