/** Updates of the state tree at full size. */

import { LiveIndex } from "../../../sequencer/exchange/book-index.ts";
import { genesisExchange } from "../../../sequencer/exchange/exchange.ts";
import { emptyAccount } from "../../../sequencer/exchange/state.ts";
import { PlannedHasher } from "../../../sequencer/state-tree/hasher.ts";
import { loadPoseidon } from "../../../sequencer/state-tree/poseidon.ts";
import type { StateAfter } from "../../../sequencer/state-tree/state-draft.ts";
import { FULL_DIMENSIONS, StateTree } from "../../../sequencer/state-tree/state-tree.ts";
import type { Random } from "../../generate/random.ts";
import { benchGenesis } from "../node/flow.ts";

const ACCOUNTS_PER_BLOCK = 1000;
const BLOCKS = 6;

/** Accounts a second, each with another balance and position than before; one plan a block, on this thread; the best block. */
export async function treeUpdatesPerSecond(random: Random): Promise<number> {
  const { hash, kernel } = await loadPoseidon();
  const { markets, machine } = genesisExchange(benchGenesis, new LiveIndex());
  const tree = new StateTree(FULL_DIMENSIONS, hash);
  let bestMs = Number.POSITIVE_INFINITY;
  for (let block = 0; block < BLOCKS; block++) {
    const accounts: StateAfter["accounts"] = new Map(
      Array.from({ length: ACCOUNTS_PER_BLOCK }, () => {
        const account = emptyAccount(FULL_DIMENSIONS.markets);
        account.collateral = BigInt(random.bits32());
        account.sizes[random.below(FULL_DIMENSIONS.markets)] = random.between(1, 1000);
        return [random.below(4 ** FULL_DIMENSIONS.accountDepth), { account, leaves: new Map() }];
      }),
    );
    const startMs = performance.now();
    const hasher = new PlannedHasher();
    const draft = tree.draft(hasher.hash);
    draft.advance({ accounts, markets, machine });
    await hasher.run(async (plan) => kernel.run(plan));
    draft.make((planned) => hasher.numberOf(planned));
    bestMs = Math.min(bestMs, performance.now() - startMs);
  }
  return (ACCOUNTS_PER_BLOCK * 1000) / bestMs;
}
