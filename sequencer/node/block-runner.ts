/** Executes blocks and puts each on disk in one atomic write; what it returns may be acknowledged. */
import type { Cut } from "../batch/seal.ts";
import { expireWords } from "../execution/dead-orders.ts";
import { executeEntry } from "../execution/execute.ts";
import type { Logged } from "../execution/journal.ts";
import type { RunPlan } from "../kernel/hash-plan.ts";
import { type Entry, EntryClass, unsignedEntry } from "../ordering/entry.ts";
import type { Block } from "../ordering/ordering.ts";
import { type Operation, put } from "../store/space.ts";
import { stateOperations } from "../store/state-operations.ts";
import { tables } from "../store/tables.ts";
import { type Parts, progressOperation } from "./open.ts";
import type { Clock, SequencerLimits } from "./settings.ts";

/** Is told of every block when it is on disk. */
export type BlockObserver = (block: {
  readonly entries: number;
  readonly executionMs: number;
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
  /** The newest batch on disk. */
  latestBatch: number;
  /** The last place of the log on disk. */
  stored: number;
  private readonly options: BlockRunnerOptions;
  private readonly listeners = new Set<(number: number) => void>();
  private height: number;

  constructor(options: BlockRunnerOptions) {
    this.options = options;
    this.height = options.parts.height;
    this.latestBatch = options.parts.cutter.open.number - 1;
    this.stored = options.parts.journal.sequence;
  }

  onBatchCut(listener: (number: number) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What stands in the log for each entry of the block, in its order. */
  async run({ height, entries }: Block): Promise<Logged[]> {
    const logged = await this.runInOrder(height, this.withExpiries(entries));
    return entries.map((entry) => logged.get(entry)!);
  }

  /**
   * Executes each entry before it asks for the next one, and stores the block; with it, in the same write, what
   * `alongside` makes of the words that were logged. `cutAfter`: the open batch ends with the block.
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
    for (const entry of entries) {
      const done = this.execute(entry);
      logged.set(entry, done);
      words.push(...entry.words.slice(0, -1), done.record.word);
      onExecuted(entry);
    }
    if (cutAfter) this.options.parts.cutter.flush();
    this.height = height;
    const executedMs = clock.nowMs();
    await this.store((end) => alongside(words, end));
    onBlock({
      entries: logged.size,
      executionMs: executedMs - startMs,
      storageMs: clock.nowMs() - executedMs,
    });
    return logged;
  }

  /** Cuts the open batch outside of the rules, if it has a step. */
  async flush(): Promise<void> {
    this.options.parts.cutter.flush();
    await this.store(() => []);
  }

  /** Dead orders are cleared after the tick, which makes orders expire, and before the takers, who would meet them. */
  private *withExpiries(entries: readonly Entry[]): Generator<Entry, void> {
    yield* entries.filter((entry) => entry.class === EntryClass.system);
    for (const word of this.deadOrders()) yield unsignedEntry([word]);
    yield* entries.filter((entry) => entry.class !== EntryClass.system);
  }

  private execute(entry: Entry): Logged {
    const { exchange, journal } = this.options.parts;
    return journal.log(entry, executeEntry(exchange, entry, journal));
  }

  private deadOrders(): bigint[] {
    const { parts, limits } = this.options;
    return expireWords(parts.exchange, limits.expiryDepth, limits.maxExpiriesPerBlock);
  }

  private async store(alongside: (end: BlockEnd) => readonly Operation[]): Promise<void> {
    const { parts } = this.options;
    const { database, exchange, cutter, journal, openRows, jobs, settlements } = parts;
    const cuts = await cutter.sealCuts(this.options.runPlan);
    const { sequence } = journal;
    await database.write([
      ...stateOperations(exchange, journal.touched),
      ...journal.takeOperations(),
      ...openRows.operations(cutter),
      ...cuts.flatMap(({ batch, job }) => [
        put(tables.batch, [batch.header.number], batch),
        ...jobs.rowsOf(batch.header.number, job),
      ]),
      progressOperation(cutter, { height: this.height, sequence: journal.sequence, fills: journal.fills }),
      ...alongside(blockEnd(parts, cuts)),
    ]);
    this.stored = sequence;
    for (const { batch } of cuts) {
      const { number, time } = batch.header;
      this.latestBatch = number;
      jobs.added(number);
      settlements.cut(number, time);
      for (const listener of this.listeners) listener(number);
    }
  }
}

/** Counted back from where everything stands now. */
function blockEnd({ journal, cutter: { open } }: Parts, cuts: readonly Cut[]): BlockEnd {
  const { sequence, fills } = journal;
  const borders: Border[] = [];
  let words = open.steps.filter(({ word }) => word !== 0n).length;
  let filled = open.fills;
  for (const { batch } of cuts.toReversed()) {
    borders.unshift({ batch: batch.header.number, sequence: sequence - words, fills: fills - filled });
    words += batch.header.wordCount;
    filled += batch.fills;
  }
  return { sequence, fills, borders };
}
