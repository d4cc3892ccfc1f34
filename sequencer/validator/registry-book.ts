/**
 * The sets of the registry contract as finalized L1 blocks have them, on disk: what is sealed never changes, so a node
 * that has read a set once needs no L1 for it any more.
 */
import { type Epoch, makeEpoch } from "../consensus/epoch.ts";
import type { Peer } from "../consensus/messages.ts";
import type { SealedSet } from "../ordering/payload-rule.ts";
import type { Database } from "../store/database.ts";
import { numbersOf, put } from "../store/space.ts";
import { type Member, registryTables } from "./registry-tables.ts";
import type { TakeOver } from "./take-over.ts";

/** In the contract, epoch 0 is the time before the first set. */
export const FIRST_REGISTRY_EPOCH = 1;

/** What one look at the contract found. */
export interface RegistryView {
  /** The epoch of the last committed batch; 0 before the first. */
  readonly current: number;
  /** `current`, or the next one if it is sealed. */
  readonly sealed: number;
  /** Those that were not known before. */
  readonly sets: ReadonlyMap<number, readonly Member[]>;
  /** Of the sealed epochs that were not looked at before, those that take over, each with the last before it that began. */
  readonly takeOvers: ReadonlyMap<number, number>;
  /** What L1 has, if the sealed set takes over and has not begun: nobody adds to it. */
  readonly committed: TakeOver["committed"];
}

export class RegistryBook {
  private readonly database: Database;
  private readonly nowMs: () => number;
  private readonly sets: Map<number, readonly Member[]>;
  private readonly seenAtMs = new Map<number, number>();
  private readonly byAddress = new Map<Peer, Member>();
  /** Epochs that take over, each with the last before it that began. */
  private readonly takeOvers: Map<number, number>;
  /** It is known of all epochs up to this one whether they do. */
  takeOversThrough: number;
  private committed: TakeOver["committed"] = null;
  private current: number;
  private sealed: number;

  static async load(database: Database, nowMs: () => number): Promise<RegistryBook> {
    const rows = await database.list(registryTables.set);
    const sets = new Map(rows.map(({ key, value }) => [numbersOf(key)[0]!, value]));
    const place = (await database.get(registryTables.place, 0)) ?? { current: 0, sealed: 0 };
    const takeOvers = (await database.list(registryTables.takeOver)).map(
      ({ key, value }) => [numbersOf(key)[0]!, value] as const,
    );
    const through = (await database.get(registryTables.takeOversThrough, 0)) ?? 0;
    return new RegistryBook(database, nowMs, sets, place, new Map(takeOvers), through);
  }

  private constructor(
    database: Database,
    nowMs: () => number,
    sets: Map<number, readonly Member[]>,
    { current, sealed }: { readonly current: number; readonly sealed: number },
    takeOvers: Map<number, number>,
    takeOversThrough: number,
  ) {
    this.takeOvers = takeOvers;
    this.takeOversThrough = takeOversThrough;
    this.database = database;
    this.nowMs = nowMs;
    this.sets = sets;
    this.current = current;
    this.sealed = sealed;
    this.findPeers();
  }

  /** Undefined for a set that was not read. */
  membersOf(epoch: number): readonly Member[] | undefined {
    return this.sets.get(epoch);
  }

  /**
   * The sets that a look still has to read: the one that the chain begins with, those who have a say now, and those who
   * may have ordered something that is taken over.
   */
  missing(current: number, sealed: number, takeOvers: ReadonlyMap<number, number> = new Map()): number[] {
    const wanted = sealed === 0 ? [] : [FIRST_REGISTRY_EPOCH];
    for (let epoch = Math.max(FIRST_REGISTRY_EPOCH, current - 1); epoch <= sealed; epoch++)
      wanted.push(epoch);
    for (const [takesOver, began] of takeOvers)
      for (let epoch = Math.max(FIRST_REGISTRY_EPOCH, began); epoch <= takesOver; epoch++) wanted.push(epoch);
    return [...new Set(wanted)].filter((epoch) => !this.sets.has(epoch));
  }

  /** On disk when it resolves. True if there is something new. */
  async learn({ current, sealed, sets, takeOvers, committed }: RegistryView): Promise<boolean> {
    const isNew = committed !== null && this.committed?.batches !== committed.batches;
    this.committed = committed;
    const isSame = current === this.current && sealed === this.sealed && this.takeOversThrough >= sealed;
    if (isSame && sets.size === 0) return isNew;
    await this.database.write([
      ...[...sets].map(([epoch, members]) => put(registryTables.set, [epoch], [...members])),
      ...[...takeOvers].map(([epoch, began]) => put(registryTables.takeOver, [epoch], began)),
      put(registryTables.takeOversThrough, [0], sealed),
      put(registryTables.place, [0], { current, sealed }),
    ]);
    for (const [epoch, began] of takeOvers) this.takeOvers.set(epoch, began);
    this.takeOversThrough = sealed;
    for (const [epoch, members] of sets) {
      this.sets.set(epoch, members);
      this.seenAtMs.set(epoch, this.nowMs());
    }
    this.current = current;
    this.sealed = sealed;
    this.findPeers();
    return true;
  }

  /** A set that takes over is named by L1 alone, never by the one that it follows. */
  readonly sealedSet: SealedSet = (epoch) =>
    this.takeOvers.has(epoch) ? "never" : (this.addressesOf(epoch) ?? "unseen");

  /** The next set, when this node has known it for so long; null before, and where another one takes over. */
  knownFor(epoch: number, ms: number): readonly Peer[] | null {
    if (this.successorOf(epoch - 1) !== null) return null;
    const isRipe = this.nowMs() - (this.seenAtMs.get(epoch) ?? 0) >= ms;
    return isRipe ? (this.addressesOf(epoch) ?? null) : null;
  }

  /** What takes over from an epoch, when all is known that it takes. */
  takesOver(epoch: number): TakeOver | null {
    const number = this.successorOf(epoch);
    if (number === null || (number > this.current && this.committed === null)) return null;
    const epochs: Epoch[] = [];
    for (let each = Math.max(FIRST_REGISTRY_EPOCH, epoch); each <= number; each++) {
      const members = this.addressesOf(each);
      if (members === undefined) return null;
      epochs.push(makeEpoch(each, members));
    }
    const committed = number > this.current ? this.committed : null;
    return { epoch: epochs.pop()!, unended: epochs, committed };
  }

  /** Who is in an earlier epoch still follows the chain to the one that was taken over from, or is shown how it ended. */
  private successorOf(epoch: number): number | null {
    const found = [...this.takeOvers].filter(([number, began]) => began <= epoch && epoch < number);
    return found.length === 0 ? null : Math.max(...found.map(([number]) => number));
  }

  /**
   * Who may say all in the mesh: the members of now, of the next set, so that they hear everything before they vote, and
   * of the set before, who may still owe batches to L1.
   */
  get peers(): Member[] {
    return [...this.byAddress.values()];
  }

  isPeer(address: Peer): boolean {
    return this.byAddress.has(address);
  }

  private findPeers(): void {
    this.byAddress.clear();
    for (let epoch = this.current - 1; epoch <= this.sealed; epoch++)
      for (const member of this.sets.get(epoch) ?? []) this.byAddress.set(member.address, member);
  }

  private addressesOf(epoch: number): readonly Peer[] | undefined {
    return this.sets.get(epoch)?.map(({ address }) => address);
  }
}
