/** The devnet's configuration files: for the sequencer, and for whoever trades on it. */
import { rename, writeFile } from "node:fs/promises";
import type { NodeConfig, PriceConfig } from "../../sequencer/node/config.ts";
import type { TierArtefact } from "./circuits.ts";
import type { DevnetMarket } from "./devnet-markets.ts";
import type { DevnetManifest, FolderPaths } from "./folder.ts";
import { REQUEST_FEE } from "./genesis.ts";

/** Where the sequencer finds its key: the environment, so that no file holds one. */
export const SEQUENCER_KEY = "PROOFBOOK_SEQUENCER_KEY";
/** One block on top: the devnet's chain has no reorganisations, unless somebody makes one. */
const FINALITY_BLOCKS = 1;

export interface NodeConfigOptions {
  readonly paths: FolderPaths;
  readonly manifest: DevnetManifest;
  readonly artefacts: readonly TierArtefact[];
  readonly markets: readonly DevnetMarket[];
  readonly prices: PriceConfig;
  readonly rpc: string;
  /** Of the API; 0 takes a free one. */
  readonly port: number;
  /** A tick is a step that costs seconds to prove, so they are rare. */
  readonly tickSeconds: number;
  readonly maxBatchSeconds: number;
}

function nodeConfig(options: NodeConfigOptions): NodeConfig {
  const { manifest, paths, artefacts, markets, prices } = options;
  const { dimensions } = manifest.identity;
  return {
    data: paths.node,
    exchange: {
      chainId: Number(manifest.chainId),
      address: manifest.exchange,
      genesisTime: manifest.genesisTime,
      requestFee: String(REQUEST_FEE),
      markets: markets.map(({ oraclePrice, parameters }) => ({
        oraclePrice,
        parameters: { ...parameters, minOrderValue: String(parameters.minOrderValue) },
      })),
    },
    circuits: {
      accountDepth: dimensions.accountDepth,
      orderDepth: dimensions.orderDepth,
      tiers: artefacts.map(({ steps, key }) => ({ steps, verifyingKey: key.verifyingKeyPath })),
    },
    batches: { maxSeconds: options.maxBatchSeconds },
    prices,
    tickSeconds: options.tickSeconds,
    settlement: {
      rpc: options.rpc,
      deploymentBlock: manifest.block,
      deploymentBlockHash: manifest.blockHash,
      submitterKey: { env: SEQUENCER_KEY },
      validatorKey: { env: SEQUENCER_KEY },
      finalityBlocks: FINALITY_BLOCKS,
    },
    api: { port: options.port },
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Writes node.json. */
export const writeNodeConfig = (options: NodeConfigOptions): Promise<void> =>
  writeJson(options.paths.nodeConfig, nodeConfig(options));

/** Writes proofbook.json for the command line. */
export async function writeTraderConfig(
  options: Pick<NodeConfigOptions, "paths" | "manifest" | "markets" | "rpc">,
  api: string,
): Promise<void> {
  const { paths, manifest, markets, rpc } = options;
  await writeJson(paths.traderConfig, {
    api,
    rpc,
    exchange: manifest.exchange,
    markets: markets.map(({ symbol, tickSize, lotSize }) => ({ symbol, tickSize, lotSize })),
  });
}
