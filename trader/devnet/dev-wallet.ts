/** The wallets that every development chain funds: known to all the world, for local chains only. */
import { HDNodeWallet } from "ethers";
import { ANVIL_ACCOUNTS } from "../../sequencer/chain/anvil.ts";

const MNEMONIC = "test test test test test test test test test test test junk";

/** What the devnet uses each for: from `sequencer` on one for each of the set, from the last on traders. */
export const DevWallet = { deployer: 0, sequencer: 1, firstTrader: 5 } as const;

export const MAX_SEQUENCERS = DevWallet.firstTrader - DevWallet.sequencer;

/** Wallets that anvil gives a balance. */
export const DEV_WALLETS = ANVIL_ACCOUNTS;

let parent: HDNodeWallet | undefined;

/** By way of their parent, which is found once: that takes most of the time. */
export function devWallet(index: number): HDNodeWallet {
  parent ??= HDNodeWallet.fromPhrase(MNEMONIC, undefined, "m/44'/60'/0'/0");
  return parent.deriveChild(index);
}

/** One for each sequencer: it signs votes and batches, and pays for what it brings to the chain. */
export const sequencerWallets = (count: number): HDNodeWallet[] =>
  Array.from({ length: count }, (_, i) => devWallet(DevWallet.sequencer + i));
