/** The wallets that every development chain funds: known to all the world, for local chains only. */
import { HDNodeWallet } from "ethers";

const MNEMONIC = "test test test test test test test test test test test junk";

/** What the devnet uses each for; from the last on they are traders. */
export const DevWallet = { deployer: 0, sequencer: 1, firstTrader: 2 } as const;

/** Wallets that anvil gives a balance. */
export const DEV_WALLETS = 10;

export const devWallet = (index: number): HDNodeWallet =>
  HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`);
