/**
 * Seals executed blocks in their order and stores them, each whole in one atomic write: while the disk writes, threads hash
 * the states of the next block, whose commitments are hashed beside the states after it, and another is executed already.
 * What is sealed when the disk is free again is written together, since a sync costs as much for many blocks as for one.
 *
 * What a block leaves was copied when it was executed: of what comes later nothing is in its rows.
 */
import type { BatchCutter } from "../batch/cutter.ts";
import type { OpenBatch } from "../batch/open-batch.ts";
import type { Cut, CutBatch } from "../batch/seal.ts";
import type { RunPlan } from "../kernel/hash-plan.ts";
import type { Database } from "../store/database.ts";
import type { JobStore } from "../store/job-store.ts";
import { type Operation, put } from "../store/space.ts";
import { type Progress, tables } from "../store/tables.ts";
import type { Settlements } from "./settlements.ts";

/** A block as it was when its last step had been executed. */
export interface ExecutedBlock {
  /** State, log and the batch under construction. */
  readonly rows: readonly Operation[];
  readonly cuts: readonly CutBatch[];
  /** The batch under construction, whose root before it is known when the cuts are sealed. */
  readonly open: OpenBatch;
  readonly progress: Omit<Progress, "openRoot">;
}

export interface BlockWriterParts {
  readonly database: Database;
  readonly cutter: BatchCutter;
  readonly jobs: JobStore;
  readonly settlements: Settlements;
}

/** On its way to the disk; `cuts` when it is sealed. */
interface Unwritten {
  readonly block: ExecutedBlock;
  cuts: readonly Cut[] | null;
}

/** One is written, one is sealed; another is executed meanwhile and waits for its turn. More would only wait longer. */
const MAX_UNWRITTEN = 3;

export class BlockWriter {
  /** The newest batch on disk. */
  latestBatch: number;
  /** The last place of the log on disk. */
  stored: number;
  private readonly parts: BlockWriterParts;
  private readonly runPlan: RunPlan;
  private readonly onBatch: (number: number) => void;
  /** Of blocks in their order; a failed one fails all that follow. */
  private readonly unwritten: Promise<void>[] = [];
  /** Those that no write has begun with. */
  private readonly waiting: Unwritten[] = [];
  private last: Promise<void> = Promise.resolve();
  private lastHashed: Promise<unknown> = Promise.resolve();

  constructor(
    parts: BlockWriterParts,
    stored: number,
    runPlan: RunPlan,
    onBatch: (number: number) => void = () => undefined,
  ) {
    this.parts = parts;
    this.runPlan = runPlan;
    this.onBatch = onBatch;
    this.latestBatch = parts.cutter.open.number - 1;
    this.stored = stored;
  }

  /** Resolves when one more block may be executed. */
  async room(): Promise<void> {
    while (this.unwritten.length >= MAX_UNWRITTEN) await this.unwritten[0]!.catch(() => undefined);
  }

  /** Resolves when nothing waits to be written. */
  async idle(): Promise<void> {
    while (this.unwritten.length > 0) await this.unwritten[0]!.catch(() => undefined);
  }

  /** Resolves when all that was handed over is on disk; rejects when it never will be. */
  written(): Promise<void> {
    return this.last;
  }

  /** Resolves when the block is on disk, with what was written before it. */
  write(block: ExecutedBlock): Promise<void> {
    const hashed = this.lastHashed.then(() => this.parts.cutter.seal(block.cuts, this.runPlan));
    this.lastHashed = hashed;
    const own: Unwritten = { block, cuts: null };
    this.waiting.push(own);
    const sealed = hashed.then(async ({ cuts }) => {
      own.cuts = await cuts;
    });
    const written = Promise.all([sealed, this.last]).then(() => this.store(own));
    const done = written.finally(() => {
      this.unwritten.shift();
    });
    this.unwritten.push(done);
    this.last = done;
    return done;
  }

  /** Writes a block and those behind it that are sealed, unless it was written with one before it. */
  private async store(first: Unwritten): Promise<void> {
    if (this.waiting[0] !== first) return;
    const end = this.waiting.findIndex(({ cuts }) => cuts === null);
    const together = this.waiting.splice(0, end < 0 ? this.waiting.length : end);
    const cuts = together.flatMap(({ cuts }) => cuts!);
    const { open, progress } = together.at(-1)!.block;
    if (open.preRoot === null) throw new Error(`the root before batch ${open.number} is not known yet`);
    const { database, jobs } = this.parts;
    await database.write([
      ...together.flatMap(({ block }) => block.rows),
      ...cuts.flatMap(({ batch, job }) => [
        put(tables.batch, [batch.header.number], batch),
        ...jobs.rowsOf(batch.header.number, job),
      ]),
      put(tables.progress, [0], { ...progress, openRoot: open.preRoot }),
    ]);
    this.stored = progress.sequence;
    for (const cut of cuts) this.added(cut);
  }

  private added({ batch }: Cut): void {
    const { jobs, settlements } = this.parts;
    const { number, time } = batch.header;
    this.latestBatch = number;
    jobs.added(number);
    settlements.cut(number, time);
    this.onBatch(number);
  }
}
