/**
 * Executes blocks, one after the other; what it returns is on disk and may be acknowledged. The next block may be executed
 * before that (block-writer.ts).
 */
import type { CutBatch } from "../batch/seal.ts";
import { expireWords } from "../execution/dead-orders.ts";
import { executeEntry } from "../execution/execute.ts";
import type { Logged } from "../execution/journal.ts";
import type { StandingFault } from "../execution/standing.ts";
import type { RunPlan } from "../kernel/hash-plan.ts";
import { type Entry, EntryClass, unsignedEntry } from "../ordering/entry.ts";
import type { Block } from "../ordering/ordering.ts";
import type { Operation } from "../store/space.ts";
import { stateOperations } from "../store/state-operations.ts";
import { BlockWriter } from "./block-writer.ts";
import { type Parts, progressOf } from "./open.ts";
import type { Clock, SequencerLimits } from "./settings.ts";

/** Is told of every block when it is on disk. */
export type BlockObserver = (block: {
  readonly entries: number;
  readonly executionMs: number;
  /** From then until it is on disk. */
  readonly storageMs: number;
}) => void;

/** Where a batch ended, which may be inside a block: the last place of the log and the last fill that belong to it. */
export interface Border {
  readonly batch: number;
  readonly sequence: number;
  readonly fills: number;
}

/** Where the log stands after a block, and where the batches ended that were cut in it. */
export interface BlockEnd {
  readonly sequence: number;
  readonly fills: number;
  readonly borders: readonly Border[];
}

/** An entry that could not be made to pay where it stood. */
export interface LeftOut {
  readonly leftOut: StandingFault;
}

/** Rows that are written with a block, made from its words with their outcomes, in the order of the log. */
export type Alongside = (words: readonly bigint[], end: BlockEnd) => readonly Operation[];

export interface BlockRunnerOptions {
  readonly parts: Parts;
  readonly limits: SequencerLimits;
  readonly clock: Clock;
  readonly onBlock: BlockObserver;
  /** Hashes what was cut. */
  readonly runPlan: RunPlan;
  /** An entry is executed, not on disk yet. */
  readonly onExecuted: (entry: Entry) => void;
}

export class BlockRunner {
  private readonly options: BlockRunnerOptions;
  private readonly writer: BlockWriter;
  private readonly listeners = new Set<(number: number) => void>();
  private height: number;
  /** Set when a step, the taking of rows or a write has failed: the state is no block's any more. */
  private fault: { readonly error: unknown } | null = null;

  constructor(options: BlockRunnerOptions) {
    const { parts, runPlan } = options;
    this.options = options;
    this.height = parts.height;
    this.writer = new BlockWriter(parts, parts.journal.sequence, runPlan, (number) => {
      for (const listener of this.listeners) listener(number);
    });
  }

  /** The newest batch on disk. */
  get latestBatch(): number {
    return this.writer.latestBatch;
  }

  /** The last place of the log on disk. */
  get stored(): number {
    return this.writer.stored;
  }

  /** Resolves when one more block may be executed. */
  room(): Promise<void> {
    return this.writer.room();
  }

  /** Resolves when everything that was executed is on disk, or never will be. */
  idle(): Promise<void> {
    return this.writer.idle();
  }

  /** Resolves when all that is executed now is on disk; rejects when it never will be. */
  async written(): Promise<void> {
    if (this.fault !== null) throw this.fault.error;
    await this.writer.written();
  }

  onBatchCut(listener: (number: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * What stands in the log for each entry of the block, in its order, or why it is in no log: `standing` looks at each signed
   * entry where it would execute, since those before it and the tick may have taken what it was let in for.
   */
  async run(
    { height, entries }: Block,
    standing: (entry: Entry) => StandingFault | null,
  ): Promise<(Logged | LeftOut)[]> {
    const leftOut = new Map<Entry, LeftOut>();
    const logged = await this.runInOrder(height, this.withExpiries(entries, standing, leftOut));
    return entries.map((entry) => leftOut.get(entry) ?? logged.get(entry)!);
  }

  /**
   * Executes each entry before it asks for the next one, all before it returns, and stores the block; with it, in the same
   * write, what `alongside` makes of the words that were logged. `cutAfter`: the open batch ends with the block.
   */
  async runInOrder(
    height: number,
    entries: Iterable<Entry>,
    alongside: Alongside = () => [],
    cutAfter = false,
  ): Promise<ReadonlyMap<Entry, Logged>> {
    const { clock, onBlock, onExecuted } = this.options;
    const startMs = clock.nowMs();
    const logged = new Map<Entry, Logged>();
    const words: bigint[] = [];
    const { executedMs, stored } = this.unlessFailed(() => {
      for (const entry of entries) {
        const done = this.execute(entry);
        logged.set(entry, done);
        words.push(...entry.words.slice(0, -1), done.record.word);
        onExecuted(entry);
      }
      if (cutAfter) this.options.parts.cutter.flush();
      this.height = height;
      return { executedMs: clock.nowMs(), stored: this.store((end) => alongside(words, end)) };
    });
    await stored;
    onBlock({
      entries: logged.size,
      executionMs: executedMs - startMs,
      storageMs: clock.nowMs() - executedMs,
    });
    return logged;
  }

  /** Cuts the open batch outside of the rules, if it has a step. */
  async flush(): Promise<void> {
    await this.unlessFailed(() => {
      this.options.parts.cutter.flush();
      return this.store(() => []);
    });
  }

  /**
   * A fault leaves the state in the middle of a block. It is known before the next turn of anything else: whoever comes then
   * is told the same fault, and neither executes nor writes. A block before it that is whole is still written.
   */
  private unlessFailed<T>(run: () => T): T {
    if (this.fault !== null) throw this.fault.error;
    try {
      return run();
    } catch (error) {
      this.fault = { error };
      throw error;
    }
  }

  /** Dead orders are cleared after the tick, which makes orders expire, and before the takers, who would meet them. */
  private *withExpiries(
    entries: readonly Entry[],
    standing: (entry: Entry) => StandingFault | null,
    leftOut: Map<Entry, LeftOut>,
  ): Generator<Entry, void> {
    yield* entries.filter((entry) => entry.class === EntryClass.system);
    for (const word of this.deadOrders()) yield unsignedEntry([word]);
    for (const entry of entries) {
      if (entry.class === EntryClass.system) continue;
      const fault = standing(entry);
      if (fault === null) yield entry;
      else leftOut.set(entry, { leftOut: fault });
    }
  }

  private execute(entry: Entry): Logged {
    const { exchange, journal } = this.options.parts;
    return journal.log(entry, executeEntry(exchange, entry, journal));
  }

  private deadOrders(): bigint[] {
    const { parts, limits } = this.options;
    return expireWords(parts.exchange, limits.expiryDepth, limits.maxExpiriesPerBlock);
  }

  /** Takes what the block leaves now, before another one is executed. */
  private store(alongside: (end: BlockEnd) => readonly Operation[]): Promise<void> {
    const { parts } = this.options;
    const { exchange, cutter, journal, openRows } = parts;
    const cuts = cutter.takeUnsealed();
    const { sequence, fills } = journal;
    const written = this.writer.write({
      rows: [
        ...stateOperations(exchange, journal.touched),
        ...journal.takeOperations(),
        ...openRows.operations(cutter),
        ...alongside(blockEnd(parts, cuts)),
      ],
      cuts,
      open: cutter.open,
      progress: progressOf(cutter, { height: this.height, sequence, fills }),
    });
    written.catch((error: unknown) => {
      this.fault ??= { error };
    });
    return written;
  }
}

/** Counted back from where everything stands now. */
function blockEnd({ journal, cutter: { open } }: Parts, cuts: readonly CutBatch[]): BlockEnd {
  const { sequence, fills } = journal;
  const borders: Border[] = [];
  let words = open.steps.filter(({ word }) => word !== 0n).length;
  let filled = open.fills;
  for (const { header, open: cut } of cuts.toReversed()) {
    borders.unshift({ batch: header.number, sequence: sequence - words, fills: fills - filled });
    words += header.wordCount;
    filled += cut.fills;
  }
  return { sequence, fills, borders };
}
