/** Updates of the state tree at full size. */

import { LiveIndex } from "../../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../../sequencer/exchange/exchange.ts";
import { emptyAccount } from "../../../sequencer/exchange/state.ts";
import { type Hasher, hasherAtOnce, PlannedHasher } from "../../../sequencer/state-tree/hasher.ts";
import { type Hash, loadPoseidon } from "../../../sequencer/state-tree/poseidon.ts";
import type { StateAfter } from "../../../sequencer/state-tree/state-draft.ts";
import { FULL_DIMENSIONS, StateTree } from "../../../sequencer/state-tree/state-tree.ts";
import type { Random } from "../../generate/random.ts";
import { benchGenesis } from "../node/flow.ts";

interface Load {
  readonly blocks: number;
  /** Of a block. The more, the more nodes near the root they share. */
  readonly accounts: number;
}

/** By the kernel: one plan a block, on this thread. */
export async function kernelTreeUpdates(random: Random, load: Load): Promise<number> {
  const { hash, kernel } = await loadPoseidon();
  return await updatesPerSecond(random, load, hash, async (update) => {
    const hasher = new PlannedHasher();
    const make = update(hasher);
    await hasher.run(async (plan) => kernel.run(plan));
    make();
  });
}

/** By a function that hashes at once. */
export const plainTreeUpdates = (random: Random, load: Load, hash: Hash): Promise<number> =>
  updatesPerSecond(random, load, hash, async (update) => update(hasherAtOnce(hash))());

/** Takes in a block with a hasher; what it returns makes it the tree's, once its hashes are there. */
type Update = <T>(hasher: Hasher<T>) => () => void;

/** Accounts a second, each with another balance and position than before; of the best block. */
async function updatesPerSecond(
  random: Random,
  { blocks, accounts: count }: Load,
  hash: Hash,
  carryOut: (update: Update) => Promise<void>,
): Promise<number> {
  const { markets, machine } = genesisExchange(benchGenesis, new LiveIndex());
  const tree = new StateTree(FULL_DIMENSIONS, hash);
  let bestMs = Number.POSITIVE_INFINITY;
  for (let block = 0; block < blocks; block++) {
    const accounts = someAccounts(random, count);
    const startMs = performance.now();
    await carryOut((hasher) => {
      const draft = tree.draft(hasher.hash);
      draft.advance({ accounts, markets, machine });
      return () => draft.make((hashed) => hasher.numberOf(hashed));
    });
    bestMs = Math.min(bestMs, performance.now() - startMs);
  }
  return (count * 1000) / bestMs;
}

const someAccounts = (random: Random, count: number): StateAfter["accounts"] =>
  new Map(
    Array.from({ length: count }, () => {
      const account = emptyAccount(FULL_DIMENSIONS.markets);
      account.collateral = BigInt(random.bits32());
      account.sizes[random.below(FULL_DIMENSIONS.markets)] = random.between(1, 1000);
      return [random.below(4 ** FULL_DIMENSIONS.accountDepth), { account, leaves: new Map() }];
    }),
  );
