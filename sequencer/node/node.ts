/** A running node: the sequencer with its chain side, its API and its clock, put together from a configuration. */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { checkVerifyingKey, type VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { threadVerifier } from "../api/proof-verifier.ts";
import { apiServer } from "../api/server.ts";
import { type ChainSide, startChainSide } from "../chain/chain-side.ts";
import { l1Provider } from "../chain/provider.ts";
import { loadPoseidon } from "../state-tree/poseidon.ts";
import { Database } from "../store/database.ts";
import { KernelThreads } from "../threads/kernel-threads.ts";
import { batchSigner } from "./batch-signer.ts";
import { ConfigError, DEFAULT_TICK_SECONDS, type NodeConfig, readSecret, settingsOf } from "./config.ts";
import { nodeMetrics } from "./metrics.ts";
import { priceSource } from "./price-source.ts";
import { systemClock } from "./settings.ts";
import { SoloSequencer } from "./solo-sequencer.ts";
import { startTicker } from "./ticker.ts";

export interface Node {
  /** Of the API. */
  readonly url: string;
  /** Finishes what was admitted, stores it, closes everything. */
  stop(): Promise<void>;
}

export interface NodeParts {
  readonly config: NodeConfig;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Logger;
  /** The sequencer has stopped for a fault; the API goes on telling so. */
  readonly onHalt: (fault: Error) => void;
}

export async function startNode({ config, env, log, onHalt }: NodeParts): Promise<Node> {
  const verifier = threadVerifier(await verifyingKeys(config));
  const jobsToken = config.api.jobsToken ? await readSecret(config.api.jobsToken, env) : null;
  const registry = new Registry();
  const database = await Database.open(config.data);
  const observers = { onBlock: nodeMetrics(registry), onHalt };
  const settings = settingsOf(config);
  const poseidon = await loadPoseidon();
  const threads = await KernelThreads.start(settings.genesis.domain);
  const opening = SoloSequencer.open(database, settings, poseidon, systemClock, observers, threads);
  const sequencer = await opening.catch(async (error: unknown) => {
    await Promise.all([database.close(), threads.close()]);
    throw error;
  });
  const { sequence, batches } = sequencer.health();
  log.info(
    { sequence, batches, genesisRoot: sequencer.genesisRoot.toString() },
    "state is loaded and checked",
  );
  const chain = await startSettlement(config, env, sequencer, database, log);
  const api = await apiServer(
    { sequencer, chain, verifier, now: systemClock.nowMs },
    { jobsToken, registry, logger: log },
  );
  await api.listen({ host: config.api.host ?? "127.0.0.1", port: config.api.port });
  const { address, port } = api.server.address() as AddressInfo;
  const stopTicker = startPrices(config, sequencer, log);
  return {
    url: `http://${address}:${port}`,
    async stop() {
      stopTicker();
      // Requests that were taken get their receipts before the server is gone.
      await Promise.all([api.close(), chain?.stop()]);
      await sequencer.close();
      await threads.close();
    },
  };
}

async function verifyingKeys({ circuits }: NodeConfig): Promise<Map<number, VerifyingKey>> {
  const keys = new Map<number, VerifyingKey>();
  for (const { steps, verifyingKey } of circuits.tiers)
    try {
      const key = JSON.parse(await readFile(verifyingKey, "utf8")) as VerifyingKey;
      // Under some keys everybody can make proofs.
      checkVerifyingKey(key);
      keys.set(steps, key);
    } catch (error) {
      throw new ConfigError(`the verifying key of ${steps} steps is not used: ${(error as Error).message}`);
    }
  return keys;
}

async function startSettlement(
  { settlement, exchange }: NodeConfig,
  env: NodeJS.ProcessEnv,
  sequencer: SoloSequencer,
  database: Database,
  log: Logger,
): Promise<ChainSide | null> {
  if (settlement === undefined) return null;
  const chainId = BigInt(exchange.chainId);
  const { rpc, deploymentBlock, deploymentBlockHash, submitterKey, validatorKey } = settlement;
  const provider = l1Provider(rpc, chainId);
  const contract = new ExchangeContract(exchange.address, provider);
  const signer = batchSigner({
    database,
    chainId,
    exchange: exchange.address,
    validatorKey: await readSecret(validatorKey, env),
    batch: (number) => sequencer.batch(number),
    published: (number) => contract.recordOf(number, deploymentBlock),
  });
  return startChainSide({
    provider,
    deployment: {
      chainId,
      exchange: exchange.address,
      blockNumber: deploymentBlock,
      blockHash: deploymentBlockHash,
    },
    submitterKey: await readSecret(submitterKey, env),
    sequencer,
    signer,
    log,
    ...(settlement.finalityBlocks === undefined ? {} : { finalityBlocks: settlement.finalityBlocks }),
    ...(settlement.pollMs === undefined ? {} : { pollMs: settlement.pollMs }),
    onFault: (fault) => log.error(fault, "the chain side has stopped"),
  });
}

function startPrices(config: NodeConfig, sequencer: SoloSequencer, log: Logger): () => void {
  const firstPrices = config.exchange.markets.map(({ oraclePrice }) => oraclePrice);
  const prices = priceSource(config.prices ?? { kind: "fixed" }, firstPrices);
  if (prices === null) return () => undefined;
  return startTicker({
    exchange: sequencer.exchange,
    submitTick: (tick) => sequencer.submitTick(tick),
    prices,
    clock: systemClock,
    seconds: config.tickSeconds ?? DEFAULT_TICK_SECONDS,
    onError: (error) => log.error({ err: error }, "a tick was not taken"),
  });
}
