/**
 * Going over to a set that L1 sealed after a silence (consensus/take-over.ts): not before this node's chain has every
 * batch that L1 had taken by then, which nobody may leave out; and for ever: what it goes over to is on disk before
 * anything is signed there, so after a restart it signs nothing of the epochs before.
 */
import type { Epoch } from "../consensus/epoch.ts";
import type { Database } from "../store/database.ts";
import type { StoredBatch } from "../store/settlement.ts";
import type { EpochSets } from "./epoch-sets.ts";

/** As L1 has it. */
export interface TakeOver {
  readonly epoch: Epoch;
  /** The epochs that may have ordered something since the asking one: the sealed ones before, from that on. */
  readonly unended: readonly Epoch[];
  /** What L1 took before the seal, and nobody adds to any more; null once the new set has begun there. */
  readonly committed: { readonly batches: number; readonly root: bigint } | null;
}

export interface TakeOverDeskOptions {
  readonly database: Database;
  readonly epochs: EpochSets;
  /** What takes over from the epoch with this number, if anything does. */
  readonly takesOver: (epoch: number) => TakeOver | null;
  /** Number of the epoch that this node is in. */
  readonly current: () => number;
  readonly batch: (number: number) => Promise<StoredBatch | undefined>;
  readonly begin: (takeOver: TakeOver) => void;
  readonly onFault: (error: unknown) => void;
}

export class TakeOverDesk {
  private readonly options: TakeOverDeskOptions;
  private running: Promise<void> | null = null;
  private closed = false;

  constructor(options: TakeOverDeskOptions) {
    this.options = options;
  }

  /** L1 was looked at, or a block was executed. */
  look(): void {
    const { takesOver, current, onFault } = this.options;
    if (this.running !== null || this.closed) return;
    const next = takesOver(current());
    if (next === null) return;
    this.running = this.goOver(next)
      .catch(onFault)
      .finally(() => {
        this.running = null;
      });
  }

  /** Resolves when nothing of it runs any more. */
  async close(): Promise<void> {
    this.closed = true;
    await this.running;
  }

  private async goOver(next: TakeOver): Promise<void> {
    const { database, epochs, begin } = this.options;
    if (!(await this.hasCommitted(next))) return;
    await database.write(epochs.takeOver(next.epoch, next.unended));
    if (!this.closed) begin(next);
  }

  private async hasCommitted({ committed }: TakeOver): Promise<boolean> {
    if (committed === null || committed.batches === 0) return true;
    const batch = await this.options.batch(committed.batches);
    return batch?.header.postRoot === committed.root;
  }
}
