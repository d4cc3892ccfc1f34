/**
 * A whole exchange in this process for tests of the trader's side: the real sequencer, API, chain side and contract on
 * a real EVM node. Only its circuit is one that takes any batch, so that settling costs milliseconds instead of
 * minutes; proofs of the real one are the devnet's test.
 */
import { mkdtempSync, rmSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Registry } from "prom-client";
import { apiServer } from "../../sequencer/api/server.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import { ANVIL_CHAIN_ID, startAnvil } from "../../sequencer/chain/anvil.ts";
import { startChainSide } from "../../sequencer/chain/chain-side.ts";
import { l1Provider } from "../../sequencer/chain/provider.ts";
import { DEFAULT_LIMITS, systemClock } from "../../sequencer/node/settings.ts";
import { SoloSequencer } from "../../sequencer/node/solo-sequencer.ts";
import { loadPoseidon } from "../../sequencer/state-tree/poseidon.ts";
import type { Dimensions } from "../../sequencer/state-tree/state-tree.ts";
import { Database } from "../../sequencer/store/database.ts";
import { DevWallet, devWallet } from "../../trader/devnet/dev-wallet.ts";
import { DEVNET_MARKETS, type DevnetMarket } from "../../trader/devnet/devnet-markets.ts";
import { devnetGenesis, genesisRoot } from "../../trader/devnet/genesis.ts";
import { publicInputsOf } from "../../verifier-contracts/commitment.ts";
import { deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { batchDigest, exchangeDomain, orderSignatures } from "../../verifier-contracts/typed-data.ts";
import { snarkjsProof } from "../chain/settled-exchange.ts";
import { tinyCircuit } from "../contracts/tiny-circuit.ts";

export const DIMENSIONS = { accountDepth: 3, orderDepth: 2, markets: 2 };
export const MARKETS = DEVNET_MARKETS.slice(0, DIMENSIONS.markets);
const STEPS = 4;
const SILENT = { info: () => {}, warn: () => {}, error: () => {} };

export interface LocalExchange {
  readonly api: string;
  readonly rpc: string;
  readonly exchange: string;
  readonly sequencer: SoloSequencer;
  /** Cuts what is open, proves all batches and waits until the chain has them. */
  settle(): Promise<void>;
  stop(): Promise<void>;
}

export interface LocalExchangeOptions {
  readonly dimensions?: Dimensions;
  readonly markets?: readonly DevnetMarket[];
}

export async function localExchange(options: LocalExchangeOptions = {}): Promise<LocalExchange> {
  const { dimensions = DIMENSIONS, markets = MARKETS } = options;
  const folder = mkdtempSync(join(tmpdir(), "proofbook-trader-"));
  const anvil = await startAnvil();
  const provider = l1Provider(anvil.url, ANVIL_CHAIN_ID);
  provider.pollingInterval = 20;
  const circuit = await tinyCircuit();
  const time = Math.floor(Date.now() / 1000);
  const genesisOf = (exchange: string) => devnetGenesis({ chainId: ANVIL_CHAIN_ID, exchange, time, markets });
  const validator = devWallet(DevWallet.sequencer);
  const deployment = await deploy({
    signer: devWallet(DevWallet.deployer).connect(provider),
    tiers: [{ steps: STEPS, ...circuit }],
    validators: [validator.address],
    accountDepth: dimensions.accountDepth,
    genesisRoot: (exchange) => genesisRoot(genesisOf(exchange), dimensions),
    // Whoever pays less than all that a request costs is refused.
    queueFee: { perWord: 7n, recipient: devWallet(DevWallet.deployer).address },
  });
  const settings = {
    genesis: genesisOf(deployment.exchange),
    dimensions,
    tiers: [STEPS],
    maxBatchSeconds: 60,
    epoch: 0,
    increments: [],
    limits: DEFAULT_LIMITS,
  };
  const database = await Database.open(join(folder, "node"));
  const sequencer = await SoloSequencer.open(database, settings, await loadPoseidon(), systemClock);
  const domain = exchangeDomain(ANVIL_CHAIN_ID, deployment.exchange);
  const chain = startChainSide({
    provider,
    deployment,
    submitterKey: validator.privateKey,
    sequencer,
    signer: {
      sign: async (statement) => {
        const digest = batchDigest(domain, statement);
        return orderSignatures(digest, [validator.signingKey.sign(digest).serialized]);
      },
    },
    evidence: null,
    log: SILENT,
    finalityBlocks: 1,
    pollMs: 20,
  });
  // Each transaction makes a block; another one on top makes it final.
  const miner = setInterval(() => provider.send("evm_mine", []).catch(() => undefined), 100);
  const verifier = { hasTier: (steps: number) => steps === STEPS, verify: async () => true };
  const server = await apiServer(
    { sequencer, chain, verifier, now: Date.now },
    { jobsToken: null, registry: new Registry() },
  );
  await server.listen({ host: "127.0.0.1", port: 0 });
  const { port } = server.server.address() as AddressInfo;

  async function prove(number: number): Promise<void> {
    const { header, words, commitment } = (await sequencer.batch(number))!;
    const publicSignals = publicInputsOf(commitment, [...headerWords(header), ...words]);
    const proof = snarkjsProof(await circuit.prove(...publicSignals));
    await sequencer.jobs.complete(number, "test", { proof, publicSignals });
  }

  return {
    api: `http://127.0.0.1:${port}`,
    rpc: anvil.url,
    exchange: deployment.exchange,
    sequencer,
    async settle() {
      const last = await sequencer.flush();
      for (let number = 1; number <= last; number++)
        if (sequencer.jobs.state(number)?.state !== "proven") await prove(number);
      const contract = new ExchangeContract(deployment.exchange, provider);
      while ((await contract.state()).provenBatches < last || sequencer.health().batches.proven < last) {
        if (chain.fault !== null) throw new Error(chain.fault.message);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    async stop() {
      clearInterval(miner);
      await server.close();
      await chain.stop();
      await sequencer.close();
      provider.destroy();
      await anvil.stop();
      rmSync(folder, { recursive: true });
    },
  };
}
