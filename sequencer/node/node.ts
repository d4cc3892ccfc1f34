/** A running node: the sequencer with its chain side, its API and its clock, put together from a configuration. */
import { readFile } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import type { Logger } from "pino";
import { Registry } from "prom-client";
import { checkVerifyingKey, type VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { threadVerifier } from "../api/proof-verifier.ts";
import { apiServer } from "../api/server.ts";
import { loadPoseidon } from "../state-tree/poseidon.ts";
import { Database } from "../store/database.ts";
import { KernelThreads } from "../threads/kernel-threads.ts";
import { ConfigError, type NodeConfig, readSecret, settingsOf } from "./config.ts";
import { openL1 } from "./l1.ts";
import { nodeMetrics } from "./metrics.ts";
import { openSolo } from "./open-solo.ts";
import { systemClock } from "./settings.ts";
import { startSettlement } from "./settlement-side.ts";
import type { OrderingNode, Surroundings } from "./surroundings.ts";

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
  /** The node should be started anew, to join by a snapshot. */
  readonly onFarBehind: () => void;
}

export async function startNode({ config, env, log, onHalt, onFarBehind }: NodeParts): Promise<Node> {
  const verifier = threadVerifier(await verifyingKeys(config));
  const jobsToken = config.api.jobsToken ? await readSecret(config.api.jobsToken, env) : null;
  const registry = new Registry();
  const settings = settingsOf(config);
  const poseidon = await loadPoseidon();
  const database = await Database.open(config.data);
  const threads = await KernelThreads.start(settings.genesis.domain);
  const observers = { onBlock: nodeMetrics(registry), onHalt };
  const state = { database, settings, poseidon, threads, l1: openL1(config, log) };
  const surroundings = { config, env, log, ...state, registry, observers, onFarBehind };
  const ordering = await openOrdering(surroundings).catch(async (error: unknown) => {
    await Promise.all([database.close(), threads.close()]);
    throw error;
  });
  const { sequencer } = ordering;
  const { sequence, batches } = sequencer.health();
  log.info(
    { sequence, batches, genesisRoot: sequencer.genesisRoot.toString() },
    "state is loaded and checked",
  );
  const settlement = await startSettlement(surroundings, ordering);
  const api = await apiServer(
    { sequencer, chain: settlement?.chain ?? null, verifier, now: systemClock.nowMs },
    { jobsToken, registry, logger: log },
  );
  await api.listen({ host: config.api.host ?? "127.0.0.1", port: config.api.port });
  const { address, port } = api.server.address() as AddressInfo;
  ordering.begin();
  return {
    url: `http://${address}:${port}`,
    async stop() {
      ordering.end();
      // Requests that were taken get their receipts before the server is gone.
      await Promise.all([api.close(), settlement?.stop()]);
      await ordering.close();
      await threads.close();
    },
  };
}

async function openOrdering(surroundings: Surroundings): Promise<OrderingNode> {
  const { set } = surroundings.config;
  if (set === undefined) return await openSolo(surroundings);
  // Only now: who orders alone need not load consensus and network.
  const { openValidator } = await import("../validator/open-validator.ts");
  return await openValidator(set, surroundings);
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
