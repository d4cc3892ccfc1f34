/**
 * The sets of the epochs that this node's chain has reached. The first is the configuration's or the registry's; each
 * next one stands in the last block of the epoch before it, and is written with that block; or it took over, as L1 says.
 */
import { type Epoch, makeEpoch } from "../consensus/epoch.ts";
import type { Header } from "../consensus/messages.ts";
import type { Payload } from "../ordering/payload.ts";
import type { Database } from "../store/database.ts";
import { numbersOf, type Operation, put } from "../store/space.ts";
import { validatorTables } from "./tables.ts";

export class EpochSets {
  private readonly sets: Map<number, Epoch>;

  /** The epoch that took over last; -1 for none. */
  private tookOver: number;

  private constructor(first: Epoch, later: readonly Epoch[], tookOver: number) {
    this.sets = new Map([first, ...later].map((epoch) => [epoch.number, epoch]));
    this.tookOver = tookOver;
  }

  /** `first` is the epoch in which the chain begins. */
  static async load(database: Database, first: Epoch): Promise<EpochSets> {
    const rows = await database.list(validatorTables.epochSet);
    return new EpochSets(
      first,
      rows.map(({ key, value }) => makeEpoch(numbersOf(key)[0]!, value)),
      (await database.get(validatorTables.tookOver, 0)) ?? -1,
    );
  }

  /** Undefined for one that this node's chain has not reached. */
  of(number: number): Epoch | undefined {
    return this.sets.get(number);
  }

  /** The one of the block after this. */
  after(header: Header | null): Epoch {
    const following = this.ofBlock(header) + (header?.lastOfEpoch ? 1 : 0);
    const number = Math.max(following, this.tookOver);
    const epoch = this.sets.get(number);
    if (epoch === undefined) throw new Error(`the set of epoch ${number} is not known`);
    return epoch;
  }

  /** Those that may have ordered something after this block, if the one that it is followed by took over. */
  unendedAfter(header: Header | null): Epoch[] {
    const from = this.ofBlock(header);
    if (this.after(header).number !== this.tookOver) return [];
    return [...this.sets.values()]
      .filter(({ number }) => number >= from && number < this.tookOver)
      .sort((a, b) => a.number - b.number);
  }

  /** What has to be on disk before anything is signed in an epoch that takes over. */
  takeOver(epoch: Epoch, unended: readonly Epoch[]): Operation[] {
    const sets = [...unended.filter(({ number }) => !this.sets.has(number)), epoch];
    for (const one of sets) this.sets.set(one.number, one);
    this.tookOver = epoch.number;
    return [...sets.map(epochOperation), put(validatorTables.tookOver, [0], epoch.number)];
  }

  private ofBlock(header: Header | null): number {
    return header?.epoch ?? Math.min(...this.sets.keys());
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
