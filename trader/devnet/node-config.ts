/** The devnet's configuration files: for the sequencers, and for whoever trades on it. */
import { mkdir, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { NodeConfig, PriceConfig } from "../../sequencer/node/config.ts";
import type { TierArtefact } from "./circuits.ts";
import type { DevnetMarket } from "./devnet-markets.ts";
import type { DevnetManifest, FolderPaths } from "./folder.ts";
import { REQUEST_FEE } from "./genesis.ts";

/** Where the sequencer finds its key: the environment, so that no file holds one. */
export const SEQUENCER_KEY = "PROOFBOOK_SEQUENCER_KEY";
/** One block on top: the devnet's chain has no reorganisations, unless somebody makes one. */
const FINALITY_BLOCKS = 1;
/** Between two looks at a chain that makes a block a second. */
const CHAIN_POLL_MS = 1_000;

export interface NodeConfigOptions {
  readonly paths: FolderPaths;
  readonly manifest: DevnetManifest;
  readonly artefacts: readonly TierArtefact[];
  readonly markets: readonly DevnetMarket[];
  readonly prices: PriceConfig;
  readonly rpc: string;
  /** Where each sequencer listens for the others. */
  readonly multiaddrs: readonly string[];
  /** A tick is a step that costs seconds to prove, so they are rare. */
  readonly tickSeconds: number;
  readonly maxBatchSeconds: number;
}

/**
 * Timing of a machine that proves at the same time: a message may wait for a processor. An empty block a second is
 * enough where nothing happens.
 */
const TIMING = { delayMs: 500, heartbeatMs: 1_000, retryMs: 1_000 };

function nodeConfig(options: NodeConfigOptions, index: number, port: number): NodeConfig {
  const { manifest, paths, artefacts, markets, prices, multiaddrs } = options;
  const { validators } = manifest;
  const { dimensions } = manifest.identity;
  return {
    data: paths.node(index).data,
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
      pollMs: CHAIN_POLL_MS,
    },
    api: { port },
    ...(validators.length > 0 && {
      set: {
        validators: validators.map((card, i) => ({ ...card, multiaddrs: [multiaddrs[i]!] })),
        registry: manifest.validatorSet,
        listen: [multiaddrs[index]!],
        timing: TIMING,
      },
    }),
  };
}

async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`);
  await rename(`${path}.new`, path);
}

/** Writes the node.json of a sequencer; `port` is that of its API, 0 takes a free one. */
export async function writeNodeConfig(
  options: NodeConfigOptions,
  index: number,
  port: number,
): Promise<void> {
  const { config } = options.paths.node(index);
  await mkdir(dirname(config), { recursive: true });
  await writeJson(config, nodeConfig(options, index, port));
}

/** Writes proofbook.json for the command line. */
export async function writeTraderConfig(
  options: Pick<NodeConfigOptions, "paths" | "manifest" | "markets" | "rpc">,
  apis: readonly string[],
): Promise<void> {
  const { paths, manifest, markets, rpc } = options;
  await writeJson(paths.traderConfig, {
    api: apis.length === 1 ? apis[0] : apis,
    rpc,
    exchange: manifest.exchange,
    markets: markets.map(({ symbol, tickSize, lotSize }) => ({ symbol, tickSize, lotSize })),
  });
}
