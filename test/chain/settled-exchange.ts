/** A deployed exchange on a real EVM node, a depositor, and proofs of a circuit that takes any batch. */
import { Contract, HDNodeWallet, type JsonRpcProvider, Mnemonic, Wallet } from "ethers";
import type { Groth16Proof } from "snarkjs";
import { ANVIL_CHAIN_ID, ANVIL_MNEMONIC, type Anvil, startAnvil } from "../../sequencer/chain/anvil.ts";
import { TOKEN_ABI } from "../../verifier-contracts/abi.ts";
import { type Deployment, deploy } from "../../verifier-contracts/deploy/deploy.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import type { ContractProof } from "../../verifier-contracts/records.ts";
import { type TinyCircuit, tinyCircuit } from "../contracts/tiny-circuit.ts";
import { PromptProvider } from "./prompt-provider.ts";

export const STEPS = 4;

const walletAt = (index: number): Wallet =>
  new Wallet(
    HDNodeWallet.fromMnemonic(Mnemonic.fromPhrase(ANVIL_MNEMONIC), `m/44'/60'/0'/0/${index}`).privateKey,
  );

export interface SettledExchange {
  readonly anvil: Anvil;
  readonly provider: JsonRpcProvider;
  readonly deployment: Deployment;
  readonly exchange: ExchangeContract;
  readonly circuit: TinyCircuit;
  /** Signs batches. */
  readonly validator: Wallet;
  /** Pays for the node's transactions. */
  readonly submitter: Wallet;
  /** Opens an account: three words of the queue. Mined at once unless mining is off. */
  register(amount: bigint, keyHash: bigint): Promise<void>;
  deposit(account: number, amount: bigint): Promise<void>;
  mine(blocks: number): Promise<void>;
  /** Replaces the newest blocks by as many empty ones. */
  reorganise(depth: number): Promise<void>;
  rpc(method: string, ...params: unknown[]): Promise<unknown>;
  /** Remembers the chain; the result puts it back, with automatic mining and an empty pool. */
  remember(): Promise<() => Promise<void>>;
  stop(): Promise<void>;
}

export async function settledExchange(
  options: { maxTimeBehindSeconds?: number } = {},
): Promise<SettledExchange> {
  const anvil = await startAnvil();
  const provider = new PromptProvider(anvil.url, ANVIL_CHAIN_ID);
  provider.pollingInterval = 20;
  const circuit = await tinyCircuit();
  const [deployer, validator, submitter, depositor] = [0, 1, 2, 3].map(walletAt) as [
    Wallet,
    Wallet,
    Wallet,
    Wallet,
  ];
  const deployment = await deploy({
    signer: deployer.connect(provider),
    tiers: [{ steps: STEPS, verifyingKey: circuit.verifyingKey, circuitHash: circuit.circuitHash }],
    validators: [validator.address],
    accountDepth: 10,
    genesisRoot: () => 99n,
    minimumDeposit: 1n,
    ...options,
  });
  const exchange = new ExchangeContract(deployment.exchange, provider);
  const trader = depositor.connect(provider);
  const token = new Contract(deployment.collateral, TOKEN_ABI, trader);
  const wait = async (sent: Promise<{ wait(): Promise<unknown> }>) => await (await sent).wait();
  await wait(token.getFunction("mint")(trader.address, 10n ** 18n));
  await wait(token.getFunction("approve")(deployment.exchange, 10n ** 18n));
  // Out of reach of the reorganisations of tests.
  await provider.send("anvil_mine", [8]);
  const asTrader = exchange.connect(trader);
  const rpc = async (method: string, ...params: unknown[]) => await provider.send(method, params);
  return {
    anvil,
    provider,
    deployment,
    exchange,
    circuit,
    validator,
    submitter,
    register: async (amount, keyHash) => void (await asTrader.register(amount, keyHash)),
    deposit: async (account, amount) => void (await asTrader.deposit(account, amount)),
    mine: async (blocks) => void (await rpc("anvil_mine", blocks)),
    reorganise: async (depth) => void (await rpc("anvil_reorg", depth, [])),
    rpc,
    async remember() {
      const snapshot = await rpc("evm_snapshot");
      return async () => {
        await rpc("anvil_dropAllTransactions");
        await rpc("evm_setAutomine", true);
        if (!(await rpc("evm_revert", snapshot))) throw new Error("the chain could not be put back");
      };
    },
    async stop() {
      provider.destroy();
      await anvil.stop();
    },
  };
}

/** A proof as snarkjs writes it, from the contract's spelling. */
export function snarkjsProof({ a, b, c }: ContractProof): Groth16Proof {
  const [[bx1, bx0], [by1, by0]] = b;
  return {
    pi_a: [String(a[0]), String(a[1]), "1"],
    pi_b: [
      [String(bx0), String(bx1)],
      [String(by0), String(by1)],
      ["1", "0"],
    ],
    pi_c: [String(c[0]), String(c[1]), "1"],
    protocol: "groth16",
    curve: "bn128",
  };
}
