/** The exchange's contracts on the devnet's chain: deployed once, afterwards found again and checked. */
import type { HDNodeWallet, JsonRpcProvider } from "ethers";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import { peerKeyOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { FIRST_REGISTRY_EPOCH } from "../../sequencer/validator/registry-book.ts";
import { type Deployment, deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { type FirstMember, sealFirstSet } from "../../verifier-contracts/deploy/first-set.ts";
import { RegistryContract } from "../../verifier-contracts/registry.ts";
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

/** How long an epoch lasts at least: time to look at one, and nobody has to wait for a day to see the next. */
const EPOCH_SECONDS = 3_600;
/** Four bear one that lies or is down; a smaller devnet is for looking at only. */
const MINIMUM_MEMBERS = 4;

/** A contract with its set of validators: one alone, or a registry in which all have staked, its first set sealed. */
export async function deployDevnet(options: DeployDevnetOptions): Promise<Deployment> {
  const { provider, artefacts, dimensions, markets, sequencers, genesisTime, report } = options;
  const deployer = devWallet(DevWallet.deployer).connect(provider);
  const wallets = sequencerWallets(sequencers);
  const minimumMembers = Math.min(sequencers, MINIMUM_MEMBERS);
  const deployment = await deploy({
    signer: deployer,
    tiers: artefacts.map(({ steps, circuitHash, key }) => ({
      steps,
      circuitHash,
      verifyingKey: key.verifyingKey,
    })),
    validators:
      sequencers === 1
        ? wallets.map(({ address }) => address)
        : { terms: { minimumMembers, epochSeconds: EPOCH_SECONDS } },
    accountDepth: dimensions.accountDepth,
    genesisRoot: (exchange, chainId) =>
      genesisRoot(devnetGenesis({ chainId, exchange, time: genesisTime, markets }), dimensions),
    onProgress: (what) => report({ event: "phase", name: what }),
  });
  if (sequencers > 1) {
    report({ event: "phase", name: "stake for the sequencers" });
    const epoch = await sealFirstSet({ deployment, owner: deployer, members: wallets.map(memberOf) });
    if (epoch !== FIRST_REGISTRY_EPOCH) throw new Error(`the first set is that of epoch ${epoch}`);
  }
  return deployment;
}

const memberOf = ({ address, signingKey, privateKey }: HDNodeWallet): FirstMember => ({
  ...{ address, signingKey },
  peerKey: peerKeyOf(secretKeyFromHex(privateKey)),
});

/** Throws `CHAIN_MISMATCH` when the chain is not the one on which the manifest's contract stands. */
export async function checkChain(provider: JsonRpcProvider, manifest: DevnetManifest): Promise<void> {
  const [block, code] = await Promise.all([
    provider.getBlock(manifest.block),
    provider.getCode(manifest.exchange),
  ]);
  if (block?.hash === manifest.blockHash && code !== "0x" && (await hasItsSet(provider, manifest))) return;
  throw new DevnetError(
    "CHAIN_MISMATCH",
    `the chain in the folder does not hold the contract ${manifest.exchange} (block ${manifest.block})`,
    "Its state was lost or replaced. Start anew with --fresh, or put the folder's chain/ back from a copy.",
  );
}

/** A chain that was killed right after its first minute may know the exchange, and not yet who signs for it. */
async function hasItsSet(
  provider: JsonRpcProvider,
  { identity, validatorSet }: DevnetManifest,
): Promise<boolean> {
  if (identity.sequencers === 1) return true;
  const { latest } = await new RegistryContract(validatorSet, provider).orderingEpochs();
  return latest >= FIRST_REGISTRY_EPOCH;
}
