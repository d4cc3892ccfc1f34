/**
 * The sets of the registry contract as finalized L1 blocks have them, on disk: what is sealed never changes, so a node
 * that has read a set once needs no L1 for it any more.
 */
import type { Peer } from "../consensus/messages.ts";
import type { SealedSet } from "../ordering/payload-rule.ts";
import type { Database } from "../store/database.ts";
import { numbersOf, put } from "../store/space.ts";
import { type Member, registryTables } from "./registry-tables.ts";

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
}

export class RegistryBook {
  private readonly database: Database;
  private readonly nowMs: () => number;
  private readonly sets: Map<number, readonly Member[]>;
  private readonly seenAtMs = new Map<number, number>();
  private readonly byAddress = new Map<Peer, Member>();
  private current: number;
  private sealed: number;

  static async load(database: Database, nowMs: () => number): Promise<RegistryBook> {
    const rows = await database.list(registryTables.set);
    const sets = new Map(rows.map(({ key, value }) => [numbersOf(key)[0]!, value]));
    const place = (await database.get(registryTables.place, 0)) ?? { current: 0, sealed: 0 };
    return new RegistryBook(database, nowMs, sets, place);
  }

  private constructor(
    database: Database,
    nowMs: () => number,
    sets: Map<number, readonly Member[]>,
    { current, sealed }: { readonly current: number; readonly sealed: number },
  ) {
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

  /** The sets that a look still has to read: the one that the chain begins with, and those who have a say now. */
  missing(current: number, sealed: number): number[] {
    const wanted = sealed === 0 ? [] : [FIRST_REGISTRY_EPOCH];
    for (let epoch = Math.max(FIRST_REGISTRY_EPOCH, current - 1); epoch <= sealed; epoch++)
      wanted.push(epoch);
    return [...new Set(wanted)].filter((epoch) => !this.sets.has(epoch));
  }

  /** On disk when it resolves. True if there is something new. */
  async learn({ current, sealed, sets }: RegistryView): Promise<boolean> {
    if (current === this.current && sealed === this.sealed && sets.size === 0) return false;
    await this.database.write([
      ...[...sets].map(([epoch, members]) => put(registryTables.set, [epoch], [...members])),
      put(registryTables.place, [0], { current, sealed }),
    ]);
    for (const [epoch, members] of sets) {
      this.sets.set(epoch, members);
      this.seenAtMs.set(epoch, this.nowMs());
    }
    this.current = current;
    this.sealed = sealed;
    this.findPeers();
    return true;
  }

  readonly sealedSet: SealedSet = (epoch) => this.addressesOf(epoch) ?? "unseen";

  /** The next set, when this node has known it for so long; null before. */
  knownFor(epoch: number, ms: number): readonly Peer[] | null {
    const isRipe = this.nowMs() - (this.seenAtMs.get(epoch) ?? 0) >= ms;
    return isRipe ? (this.addressesOf(epoch) ?? null) : null;
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
