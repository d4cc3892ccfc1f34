/**
 * Validators as processes on this machine, each with its own folder, key and ports, before a real EVM node. Each reaches
 * each other over a line of its own that can be cut.
 */
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { HDNodeWallet, type JsonRpcProvider } from "ethers";
import type { VerifyingKey } from "../../prover/keys/verifying-key.ts";
import { ANVIL_CHAIN_ID, ANVIL_MNEMONIC, type Anvil, startAnvil } from "../../sequencer/chain/anvil.ts";
import { l1Provider } from "../../sequencer/chain/provider.ts";
import { peerIdOf } from "../../sequencer/network/libp2p-node.ts";
import type { NodeConfig } from "../../sequencer/node/config.ts";
import { keptProgram } from "../../sequencer/programs/kept-programs.mjs";
import { BirthMark } from "../../sequencer/validator/birth-mark.ts";
import { identitySeed, peerKeyOf, secretKeyFromHex } from "../../sequencer/validator/identity.ts";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import { devnetGenesis, genesisRoot, REQUEST_FEE } from "../../trader/devnet/genesis.ts";
import { type Client, createClient } from "../../trader/sdk/client.ts";
import { type Deployment, deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { sealFirstSet } from "../../verifier-contracts/deploy/first-set.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { RegistryTerms } from "../../verifier-contracts/registry-records.ts";
import { inventedVerifyingKey, NODE_PROGRAM, NodeProcess, writeConfig } from "../node/node-process.ts";
import { CuttableLine } from "./cuttable-line.ts";
import { freePort } from "./free-port.ts";

export const DIMENSIONS = { accountDepth: 3, orderDepth: 2, markets: 1 };
export const MARKETS = DEVNET_MARKETS.slice(0, DIMENSIONS.markets);
/** Of a batch, unless a test wants others: few, so that there are many batches. */
const STEPS = 8;
/** Each is a block and a step. */
const TICK_SECONDS = 5;
/** How long the chain's side sleeps between two looks: each node makes several calls a look, for nothing mostly. */
const POLL_MS = 500;
/**
 * Of an empty block every node has four hundredths of a second of work; but an idle leader may take so long, so one that is
 * down costs as much more.
 */
const HEARTBEAT_MS = 600;
/** Blocks come with each transaction here: nobody needs longer to bring a batch to L1. */
const TURN_MS = 1_500;
/** For whoever waits for something at a node that is not known to be away: a busy machine may be slow. */
const PATIENCE_MS = 60_000;

export const walletAt = (index: number): HDNodeWallet =>
  HDNodeWallet.fromPhrase(ANVIL_MNEMONIC, undefined, `m/44'/60'/0'/0/${index}`);
const DEPLOYER = 0;
/** Owns all stakes. */
export const ownerWallet = (): HDNodeWallet => walletAt(DEPLOYER);
/** An epoch may end as soon as it has begun. */
const QUICK_TERMS = { epochSeconds: 1 };
const FIRST_VALIDATOR = 1;

/** Signs as the validator with this index, and pays for what it brings to L1. */
export const validatorWallet = (index: number): HDNodeWallet => walletAt(FIRST_VALIDATOR + index);

export interface SetNode {
  readonly index: number;
  readonly folder: string;
  readonly configPath: string;
  readonly meshPort: number;
  readonly apiPort: number;
  readonly client: Client;
  process: NodeProcess | null;
  isPaused: boolean;
}

export interface NodeSetOptions {
  readonly followed?: number;
  readonly stake?: boolean;
  /** Of a batch. */
  readonly steps?: number;
  readonly circuit?: { readonly verifyingKey: VerifyingKey; readonly circuitHash: string };
  /** Settings of the nodes. */
  readonly joinBehind?: number;
  readonly farBehindMs?: number;
  /** Of a registry, beside those of this test. */
  readonly terms?: Partial<RegistryTerms>;
}

/** Of which nobody can make a proof. */
const INVENTED = {
  verifyingKey: inventedVerifyingKey() as unknown as VerifyingKey,
  circuitHash: "invented",
};

export class NodeSet {
  readonly nodes: readonly SetNode[];
  readonly provider: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly contract: ExchangeContract;
  readonly rpc: string;
  private readonly folder: string;
  private readonly anvil: Anvil;
  /** From the first to the second. */
  private readonly lines: ReadonlyMap<string, CuttableLine>;

  private constructor(parts: {
    folder: string;
    anvil: Anvil;
    provider: JsonRpcProvider;
    deployment: Deployment;
    nodes: readonly SetNode[];
    lines: ReadonlyMap<string, CuttableLine>;
  }) {
    this.folder = parts.folder;
    this.anvil = parts.anvil;
    this.rpc = parts.anvil.url;
    this.provider = parts.provider;
    this.deployment = parts.deployment;
    this.contract = new ExchangeContract(parts.deployment.exchange, parts.provider);
    this.nodes = parts.nodes;
    this.lines = parts.lines;
  }

  /**
   * Deploys and writes all that the nodes need; none of them runs yet. With `stake`, the set is a registry's. With
   * `followed`, so many of them are its first set and all follow it, knowing only where those are reached. With a
   * `circuit`, its proofs are those that the contract takes.
   */
  static async make(size: number, options: NodeSetOptions = {}): Promise<NodeSet> {
    const { followed = 0, stake = followed > 0, steps = STEPS, circuit = INVENTED, terms = {} } = options;
    await keptProgram(NODE_PROGRAM);
    const folder = await mkdtemp(join(tmpdir(), "proofbook-set-"));
    const anvil = await startAnvil();
    const provider = l1Provider(anvil.url, ANVIL_CHAIN_ID);
    provider.pollingInterval = 20;
    const keys = Array.from({ length: size }, (_, i) => validatorWallet(i));
    const genesisTime = Math.floor(Date.now() / 1000);
    const deployer = walletAt(DEPLOYER).connect(provider);
    const deployment = await deploy({
      signer: deployer,
      tiers: [{ steps, verifyingKey: circuit.verifyingKey, circuitHash: circuit.circuitHash }],
      validators: stake
        ? { terms: { ...(followed > 0 && QUICK_TERMS), ...terms } }
        : keys.map(({ address }) => address),
      accountDepth: DIMENSIONS.accountDepth,
      genesisRoot: (exchange, chainId) =>
        genesisRoot(devnetGenesis({ chainId, exchange, time: genesisTime, markets: MARKETS }), DIMENSIONS),
    });
    const members = keys.map(({ address, signingKey, privateKey }) => ({
      ...{ address, signingKey },
      peerKey: peerKeyOf(secretKeyFromHex(privateKey)),
    }));
    const first = followed > 0 ? members.slice(0, followed) : members;
    const epoch = stake ? await sealFirstSet({ deployment, owner: deployer, members: first }) : 0;
    const nodes: SetNode[] = [];
    for (let index = 0; index < size; index++) {
      const home = join(folder, `node-${index}`);
      await mkdir(home);
      const [meshPort, apiPort] = [await freePort(), await freePort()];
      const client = createClient({
        url: `http://127.0.0.1:${apiPort}`,
        timeoutMs: PATIENCE_MS,
        retries: 0,
      });
      const configPath = join(home, "node.json");
      nodes.push({
        ...{ index, folder: home, configPath, meshPort, apiPort, client },
        process: null,
        isPaused: false,
      });
    }
    const lines = new Map<string, CuttableLine>();
    for (const from of nodes)
      for (const to of nodes)
        if (from !== to) lines.set(lineName(from.index, to.index), await CuttableLine.open(to.meshPort));
    for (const node of nodes) {
      const rpc = anvil.url;
      const facts = { ...options, steps, nodes, keys, lines, deployment, epoch, followed, genesisTime, rpc };
      const config = await configOf(node, facts);
      await writeConfig(node.folder, config, inventedVerifyingKey());
      await new BirthMark(join(node.folder, "data")).make();
    }
    return new NodeSet({ folder, anvil, provider, deployment, nodes, lines });
  }

  node(index: number): SetNode {
    return this.nodes[index]!;
  }

  /** Those that run and are not stopped. */
  get awake(): SetNode[] {
    return this.nodes.filter(({ process, isPaused }) => process !== null && !isPaused);
  }

  /** Resolves when its API answers. */
  async start(index: number): Promise<void> {
    const node = this.node(index);
    node.process = new NodeProcess(node.configPath, {
      VALIDATOR_KEY: validatorWallet(index).privateKey,
    });
    await node.process.line("ready");
  }

  /** With SIGKILL, in the midst of whatever it does. */
  async kill(index: number): Promise<void> {
    const node = this.node(index);
    const { process } = node;
    node.process = null;
    node.isPaused = false;
    process?.child.kill("SIGKILL");
    await process?.ended;
  }

  pause(index: number): void {
    this.node(index).isPaused = true;
    this.node(index).process!.child.kill("SIGSTOP");
  }

  resume(index: number): void {
    this.node(index).isPaused = false;
    this.node(index).process!.child.kill("SIGCONT");
  }

  /** Asks all to stop; their exit statuses. */
  async stopNodes(): Promise<(number | null)[]> {
    return await Promise.all(
      this.nodes.map(async (node) => {
        const { process } = node;
        node.process = null;
        process?.child.kill("SIGTERM");
        return process === null ? null : await process.ended;
      }),
    );
  }

  /** Nodes in different groups do not hear each other any more. */
  partition(...groups: readonly (readonly number[])[]): void {
    const groupOf = (index: number): number => groups.findIndex((group) => group.includes(index));
    for (const { index: from } of this.nodes)
      for (const { index: to } of this.nodes)
        if (from !== to && groupOf(from) !== groupOf(to)) this.lines.get(lineName(from, to))!.cut();
  }

  heal(): void {
    for (const line of this.lines.values()) line.mend();
  }

  /** A block on the chain, so that what came before is final. */
  async mine(): Promise<void> {
    await this.provider.send("evm_mine", []);
  }

  /** Lines of a node's log that are warnings or worse, for a test that fails. */
  complaints(): string {
    const told = this.nodes.flatMap(({ index, process }) =>
      (process?.lines ?? [])
        .filter(({ level }) => (level as number) >= 40)
        .map((line) => ({ index, ...line })),
    );
    return told
      .slice(-40)
      .map((line) => JSON.stringify(line).slice(0, 600))
      .join("\n");
  }

  async close(): Promise<void> {
    await Promise.all(this.nodes.map(({ index }) => this.kill(index)));
    await Promise.all([...this.lines.values()].map((line) => line.close()));
    this.provider.destroy();
    await this.anvil.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}

const lineName = (from: number, to: number): string => `${from}>${to}`;

interface SetFacts extends Pick<NodeSetOptions, "joinBehind" | "farBehindMs"> {
  readonly steps: number;
  readonly nodes: readonly SetNode[];
  readonly keys: readonly HDNodeWallet[];
  readonly lines: ReadonlyMap<string, CuttableLine>;
  readonly deployment: Deployment;
  readonly epoch: number;
  readonly followed: number;
  readonly genesisTime: number;
  readonly rpc: string;
}

async function configOf(node: SetNode, facts: SetFacts): Promise<NodeConfig> {
  const { nodes, keys, lines, deployment, epoch, followed, joinBehind, farBehindMs, genesisTime, rpc } =
    facts;
  const portTo = (index: number): number =>
    index === node.index || followed > 0
      ? nodes[index]!.meshPort
      : lines.get(lineName(node.index, index))!.port;
  const validators = await Promise.all(
    nodes.slice(0, followed || nodes.length).map(async ({ index }) => ({
      address: keys[index]!.address,
      peerId: await peerIdOf(identitySeed(secretKeyFromHex(keys[index]!.privateKey))),
      multiaddrs: [`/ip4/127.0.0.1/tcp/${portTo(index)}`],
    })),
  );
  return {
    data: "data",
    exchange: {
      chainId: Number(deployment.chainId),
      address: deployment.exchange,
      genesisTime,
      requestFee: String(REQUEST_FEE),
      markets: MARKETS.map(({ oraclePrice, parameters }) => ({
        oraclePrice,
        parameters: { ...parameters, minOrderValue: String(parameters.minOrderValue) },
      })),
    },
    circuits: { ...DIMENSIONS_OF_CIRCUIT, tiers: [{ steps: facts.steps, verifyingKey: "key.json" }] },
    batches: { epoch },
    prices: { kind: "walk", seed: "set of nodes" },
    tickSeconds: TICK_SECONDS,
    set: {
      validators,
      listen: [`/ip4/127.0.0.1/tcp/${node.meshPort}`],
      timing: { heartbeatMs: HEARTBEAT_MS },
      ...(followed > 0 && { registry: deployment.validatorSet }),
      turnMs: TURN_MS,
      ...(joinBehind !== undefined && { joinBehind }),
      ...(farBehindMs !== undefined && { farBehindMs }),
    },
    settlement: {
      // Half of them begin at an endpoint where nobody listens.
      rpc: node.index % 2 === 0 ? rpc : [NOBODY, rpc],
      deploymentBlock: deployment.blockNumber,
      deploymentBlockHash: deployment.blockHash,
      submitterKey: { env: "VALIDATOR_KEY" },
      validatorKey: { env: "VALIDATOR_KEY" },
      finalityBlocks: 1,
      pollMs: POLL_MS,
    },
    api: { port: node.apiPort },
  };
}

const NOBODY = "http://127.0.0.1:1";
const DIMENSIONS_OF_CIRCUIT = {
  accountDepth: DIMENSIONS.accountDepth,
  orderDepth: DIMENSIONS.orderDepth,
};
