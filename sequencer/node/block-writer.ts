/**
 * Seals executed blocks in their order and stores them in one atomic write each: while the disk writes a block, threads hash
 * the next one, and another is executed already.
 *
 * What a block leaves was copied when it was executed: of what comes later nothing is in its write.
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
  private last: Promise<void> = Promise.resolve();
  private lastSealed: Promise<unknown> = Promise.resolve();

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
    const sealed = this.lastSealed.then(() => this.parts.cutter.seal(block.cuts, this.runPlan));
    this.lastSealed = sealed;
    const written = Promise.all([sealed, this.last]).then(([cuts]) => this.store(block, cuts));
    const done = written.finally(() => {
      this.unwritten.shift();
    });
    this.unwritten.push(done);
    this.last = done;
    return done;
  }

  private async store({ rows, open, progress }: ExecutedBlock, sealed: readonly Cut[]): Promise<void> {
    const { database, jobs } = this.parts;
    if (open.preRoot === null) throw new Error(`the root before batch ${open.number} is not known yet`);
    await database.write([
      ...rows,
      ...sealed.flatMap(({ batch, job }) => [
        put(tables.batch, [batch.header.number], batch),
        ...jobs.rowsOf(batch.header.number, job),
      ]),
      put(tables.progress, [0], { ...progress, openRoot: open.preRoot }),
    ]);
    this.stored = progress.sequence;
    for (const cut of sealed) this.added(cut);
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
