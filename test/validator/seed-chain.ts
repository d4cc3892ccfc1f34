/** The seeds of the blocks on a node's disk: each follows from the one before and from what the leader's own key gives. */
import { leaderOf, makeEpoch } from "../../sequencer/consensus/epoch.ts";
import type { Hash, Peer } from "../../sequencer/consensus/messages.ts";
import { isDueReveal, seedAfter } from "../../sequencer/ordering/seed.ts";
import type { Database } from "../../sequencer/store/database.ts";
import { numbersOf } from "../../sequencer/store/space.ts";
import { openPayload } from "../../sequencer/validator/payloads.ts";
import { validatorTables } from "../../sequencer/validator/tables.ts";

export interface SeedChain {
  /** By height. */
  readonly seeds: ReadonlyMap<number, Hash>;
  /** Who led blocks, by epoch. */
  readonly leaders: ReadonlyMap<number, ReadonlySet<Peer>>;
}

/** Throws where a seed is not what it must be. `first` is the set of the chain's first epoch. */
export async function readSeedChain(
  database: Database,
  separator: Uint8Array,
  first: { readonly epoch: number; readonly validators: readonly Peer[] },
): Promise<SeedChain> {
  const sets = new Map([[first.epoch, makeEpoch(first.epoch, first.validators)]]);
  for (const { key, value } of await database.list(validatorTables.epochSet)) {
    const number = numbersOf(key)[0]!;
    sets.set(number, makeEpoch(number, value));
  }
  const seeds = new Map<number, Hash>();
  const leaders = new Map<number, Set<Peer>>();
  let before: Hash | null = null;
  for (const { value } of await database.list(validatorTables.finalBlock)) {
    const { header, payload } = value.block;
    const { epoch, view, height } = header;
    const { seed, reveal } = openPayload(payload);
    const set = sets.get(epoch)!;
    const leader = set.validators[leaderOf(set, view)]!;
    // Before the first block stands the genesis, by whose hash it names its parent.
    const parent = before ?? (height === 1 ? header.parent : null);
    if (parent !== null && seed !== seedAfter(parent, reveal))
      throw new Error(`the seed of block ${height} does not follow from the one before`);
    if (!isDueReveal(leader, { separator, epoch, view }, reveal))
      throw new Error(`block ${height} shows another value than that of ${leader} in view ${view}`);
    seeds.set(height, seed);
    leaders.set(epoch, (leaders.get(epoch) ?? new Set()).add(leader));
    before = seed;
  }
  return { seeds, leaders };
}
