/** What commands need, made when it is needed: showing a book needs no wallet. */
import type { Command } from "commander";
import type { JsonRpcProvider } from "ethers";
import { isLocalChain } from "../../verifier-contracts/deploy/local-chain.ts";
import { type AccountSession, openSession } from "../sdk/account-session.ts";
import { type Client, createClient } from "../sdk/client.ts";
import { getCollateral } from "../sdk/collateral.ts";
import { connectChain } from "../sdk/connect-chain.ts";
import { deriveKey, type RequestKey } from "../sdk/derive-key.ts";
import { getAccountsByOwner, getExchange } from "../sdk/reads.ts";
import { TraderError } from "../sdk/trader-error.ts";
import { type Config, type ConfigFlags, loadConfig } from "./config.ts";
import type { Output } from "./output.ts";
import { type OwnerWallet, openWallet } from "./wallet.ts";

/** Decimals of the collateral where no chain can be asked; the usual stable coins have six. */
const DEFAULT_DECIMALS = 6;

export interface GlobalOptions extends ConfigFlags {
  readonly json?: boolean;
  readonly key?: "owner" | "trading";
  readonly keyIndex?: number;
}

export interface Surroundings {
  readonly env: NodeJS.ProcessEnv;
  readonly write: (text: string) => void;
}

export class Context {
  readonly config: Config;
  readonly output: Output;
  readonly client: Client;
  private readonly options: GlobalOptions;
  private readonly env: NodeJS.ProcessEnv;

  constructor(command: Command, { env, write }: Surroundings) {
    this.options = command.optsWithGlobals<GlobalOptions>();
    this.env = env;
    this.config = loadConfig(this.options, env);
    this.output = { json: this.options.json === true, write };
    const [url, ...others] = this.config.api;
    this.client = createClient({ url, others });
  }

  wallet(): Promise<OwnerWallet> {
    return openWallet(this.config, this.env);
  }

  /** Chain and contract as the API names them, which must be the pinned one. */
  async settlement(): Promise<{ chainId: bigint; exchange: string }> {
    const { chain } = await getExchange(this.client);
    if (chain === null)
      throw new TraderError("BAD_RESPONSE", { message: "this sequencer settles on no chain" });
    const pinned = this.config.exchange;
    if (pinned !== undefined && pinned.toLowerCase() !== chain.exchange.toLowerCase())
      throw new TraderError("BAD_CONFIG", {
        message: `the sequencer settles on ${chain.exchange}, the configuration names ${pinned}`,
        whatToDo:
          "Do not sign for an exchange that you do not know. Correct the API's address or the contract's.",
      });
    const chainId = BigInt(chain.chainId);
    this.checkDevWallet(chainId);
    return { chainId, exchange: chain.exchange };
  }

  async provider(): Promise<JsonRpcProvider> {
    const { chainId } = await this.settlement();
    return await connectChain({ url: this.rpc(), chainId });
  }

  /**
   * Chain and contract for whoever has no sequencer to ask, such as a validator that joins: the configuration names the
   * contract, or else the API does.
   */
  async contract(): Promise<{ chainId: bigint; exchange: string; provider: JsonRpcProvider }> {
    const exchange = this.config.exchange ?? (await this.settlement()).exchange;
    const provider = await connectChain({ url: this.rpc() });
    const { chainId } = await provider.getNetwork();
    this.checkDevWallet(chainId);
    return { chainId, exchange, provider };
  }

  private rpc(): string {
    if (this.config.rpc !== undefined) return this.config.rpc;
    throw new TraderError("BAD_CONFIG", {
      message: "no RPC address of the chain is known",
      whatToDo: 'Use --rpc, PROOFBOOK_RPC, or "rpc" in proofbook.json.',
    });
  }

  private checkDevWallet(chainId: bigint): void {
    if (this.config.devWallet === undefined || isLocalChain(chainId)) return;
    throw new TraderError("BAD_CONFIG", {
      message: `a development wallet on chain ${chainId}: all the world has its key`,
      whatToDo: "Use a keystore, or a private key of your own.",
    });
  }

  /** The wallet on its chain, with the contract's address. */
  async signer(): Promise<{
    signer: OwnerWallet;
    exchange: string;
    chainId: bigint;
    provider: JsonRpcProvider;
  }> {
    const [wallet, provider, settlement] = await Promise.all([
      this.wallet(),
      this.provider(),
      this.settlement(),
    ]);
    return { signer: wallet.connect(provider) as OwnerWallet, provider, ...settlement };
  }

  async key(purpose = this.options.key ?? "owner", index = this.options.keyIndex ?? 0): Promise<RequestKey> {
    const [wallet, settlement] = await Promise.all([this.wallet(), this.settlement()]);
    return await deriveKey({ wallet, ...settlement, purpose, index });
  }

  /** The account that was named, or else the wallet's only one. */
  async account(): Promise<number> {
    if (this.config.account !== undefined) return this.config.account;
    const owner = await this.key("owner", 0);
    const accounts = await getAccountsByOwner(this.client, { keyHash: owner.hash });
    if (accounts.length === 1) return accounts[0]!;
    throw new TraderError("NO_ACCOUNT", {
      message:
        accounts.length === 0
          ? "this wallet has no account"
          : `this wallet has several accounts: ${accounts.join(", ")}`,
      whatToDo: accounts.length === 0 ? "`proofbook register AMOUNT` opens one." : "Name one with --account.",
    });
  }

  async session(): Promise<AccountSession> {
    const [account, key] = await Promise.all([this.account(), this.key()]);
    return await openSession({ client: this.client, account, key });
  }

  /** Decimals of the collateral: from the chain where one can be asked. */
  async decimals(): Promise<number> {
    if (this.config.rpc === undefined) return DEFAULT_DECIMALS;
    const [runner, { exchange }] = await Promise.all([this.provider(), this.settlement()]);
    return (await getCollateral({ exchange, runner, holder: exchange })).decimals;
  }
}
