/**
 * The sets of the epochs that this node's chain has reached. The first is the configuration's or the registry's; each
 * next one stands in the last block of the epoch before it, and is written with that block.
 */
import { type Epoch, makeEpoch } from "../consensus/epoch.ts";
import type { Header } from "../consensus/messages.ts";
import type { Payload } from "../ordering/payload.ts";
import type { Database } from "../store/database.ts";
import { numbersOf, type Operation, put } from "../store/space.ts";
import { validatorTables } from "./tables.ts";

export class EpochSets {
  private readonly sets: Map<number, Epoch>;

  private constructor(first: Epoch, later: readonly Epoch[]) {
    this.sets = new Map([first, ...later].map((epoch) => [epoch.number, epoch]));
  }

  /** `first` is the epoch in which the chain begins. */
  static async load(database: Database, first: Epoch): Promise<EpochSets> {
    const rows = await database.list(validatorTables.epochSet);
    return new EpochSets(
      first,
      rows.map(({ key, value }) => makeEpoch(numbersOf(key)[0]!, value)),
    );
  }

  /** Undefined for one that this node's chain has not reached. */
  of(number: number): Epoch | undefined {
    return this.sets.get(number);
  }

  /** The one of the block after this. */
  after(header: Header | null): Epoch {
    const number =
      header === null ? Math.min(...this.sets.keys()) : header.epoch + (header.lastOfEpoch ? 1 : 0);
    const epoch = this.sets.get(number);
    if (epoch === undefined) throw new Error(`the set of epoch ${number} is not known`);
    return epoch;
  }

  /** What a final block says of the next epoch; null for one that is not the last of its own. */
  learn({ epoch, lastOfEpoch }: Header, { next }: Payload): Epoch | null {
    if (lastOfEpoch !== (next !== null))
      throw new Error(`a final block of epoch ${epoch} ends it, and does not`);
    if (next === null) return null;
    const found = makeEpoch(epoch + 1, next);
    this.sets.set(found.number, found);
    return found;
  }
}

export const epochOperation = ({ number, validators }: Epoch): Operation =>
  put(validatorTables.epochSet, [number], [...validators]);
