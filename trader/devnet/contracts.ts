/** The exchange's contracts on the devnet's chain: deployed once, afterwards found again and checked. */
import type { JsonRpcProvider } from "ethers";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import { type Deployment, deploy } from "../../verifier-contracts/deploy/deploy.ts";
import type { TierArtefact } from "./circuits.ts";
import { DevWallet, devWallet, sequencerWallets } from "./dev-wallet.ts";
import { DevnetError } from "./devnet-error.ts";
import type { DevnetMarket } from "./devnet-markets.ts";
import type { DevnetManifest } from "./folder.ts";
import { devnetGenesis, genesisRoot } from "./genesis.ts";
import type { Report } from "./progress.ts";

export interface DeployDevnetOptions {
  readonly provider: JsonRpcProvider;
  readonly artefacts: readonly TierArtefact[];
  readonly dimensions: Dimensions;
  readonly markets: readonly DevnetMarket[];
  readonly sequencers: number;
  readonly genesisTime: number;
  readonly report: Report;
}

export async function deployDevnet(options: DeployDevnetOptions): Promise<Deployment> {
  const { provider, artefacts, dimensions, markets, sequencers, genesisTime, report } = options;
  return await deploy({
    signer: devWallet(DevWallet.deployer).connect(provider),
    tiers: artefacts.map(({ steps, circuitHash, key }) => ({
      steps,
      circuitHash,
      verifyingKey: key.verifyingKey,
    })),
    validators: sequencerWallets(sequencers)
      .map(({ address }) => address)
      .sort((a, b) => (a.toLowerCase() < b.toLowerCase() ? -1 : 1)),
    accountCapacity: 4 ** dimensions.accountDepth - 1,
    genesisRoot: (exchange, chainId) =>
      genesisRoot(devnetGenesis({ chainId, exchange, time: genesisTime, markets }), dimensions),
    onProgress: (what) => report({ event: "phase", name: what }),
  });
}

/** Throws `CHAIN_MISMATCH` when the chain is not the one on which the manifest's contract stands. */
export async function checkChain(provider: JsonRpcProvider, manifest: DevnetManifest): Promise<void> {
  const [block, code] = await Promise.all([
    provider.getBlock(manifest.block),
    provider.getCode(manifest.exchange),
  ]);
  if (block?.hash === manifest.blockHash && code !== "0x") return;
  throw new DevnetError(
    "CHAIN_MISMATCH",
    `the chain in the folder does not hold the contract ${manifest.exchange} (block ${manifest.block})`,
    "Its state was lost or replaced. Start anew with --fresh, or put the folder's chain/ back from a copy.",
  );
}
