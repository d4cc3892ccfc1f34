/**
 * Under which epoch a batch stands: the one that ordered it, as long as L1 takes that. What is not on L1 when the time of
 * its set is up, or was taken back after the next epoch had begun, is signed by the set whose time it is, under its own
 * number: the earliest that L1 takes. So it follows from L1 alone, and every node puts the same batches under the same
 * epochs; two nodes that see L1 at different moments sign for different epochs, which contradicts nothing, until they
 * see the same. What L1 has taken stands under the epoch under which it took it.
 */
import type { ExchangeEvent } from "../../verifier-contracts/events.ts";

export interface BatchEpochsOptions {
  /** Puts a batch under an epoch; false if it stands under it already, or is not here. */
  readonly restate: (number: number, epoch: number) => Promise<boolean>;
  readonly onRestated: (number: number, epoch: number) => void;
  readonly batchEpoch: (number: number) => Promise<number | undefined>;
}

/** One look at L1, and how far this node is. */
export interface BatchesNow {
  /** The earliest epoch whose batches L1 takes. */
  readonly earliest: number;
  readonly committed: number;
  readonly proven: number;
  /** The newest batch here. */
  readonly latest: number;
}

export class BatchEpochs {
  private readonly options: BatchEpochsOptions;
  /** As L1 has them, those that were not compared with what is here: by batch. */
  private readonly taken = new Map<number, number>();
  /** The batches from one to another stand under this epoch or a later one. */
  private seen = { earliest: -1, after: 0, through: 0 };

  constructor(options: BatchEpochsOptions) {
    this.options = options;
  }

  /** In the order of the chain; what a reorganisation shows anew comes again. */
  note(event: ExchangeEvent): void {
    if (event.name === "BatchCommitted") this.taken.set(event.number, event.record.epoch);
    if (event.name !== "BatchesReverted") return;
    for (let number = event.from; number <= event.to; number++) this.taken.delete(number);
  }

  async follow({ earliest, committed, proven, latest }: BatchesNow): Promise<void> {
    for (const [number, epoch] of [...this.taken]) {
      if (number > latest) continue;
      if (number > proven && number <= committed) await this.restate(number, epoch);
      if (this.taken.get(number) === epoch) this.taken.delete(number);
    }
    const { seen } = this;
    // A revert brings back what was none of this node's business before.
    const isSame = earliest === seen.earliest && committed >= seen.after;
    for (let number = Math.max(committed, isSame ? seen.through : 0) + 1; number <= latest; number++) {
      const epoch = await this.options.batchEpoch(number);
      if (epoch !== undefined && epoch < earliest) await this.restate(number, earliest);
    }
    this.seen = { earliest, after: isSame ? seen.after : committed, through: latest };
  }

  private async restate(number: number, epoch: number): Promise<void> {
    if (await this.options.restate(number, epoch)) this.options.onRestated(number, epoch);
  }
}
