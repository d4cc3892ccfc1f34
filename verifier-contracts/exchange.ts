/**
 * The exchange contract for TypeScript: one method for each of its functions, refusals as `ContractRefused`.
 *
 *     const exchange = new ExchangeContract(address, wallet);
 *     const { record } = await exchange.commitBatch({ data, commitment, signatures });
 *     await exchange.proveBatch({ record, proof, credits: creditsOf(requestWords) });
 */
import {
  Contract,
  type ContractRunner,
  type Filter,
  getAddress,
  Interface,
  type Result,
  type TransactionReceipt,
  type TypedDataDomain,
} from "ethers";
import { EXCHANGE_ABI } from "./abi.ts";
import { type Credit, decodeBatchData, encodeCredit } from "./commitment.ts";
import { providerOf, send, view } from "./contract-call.ts";
import { type ExchangeEvent, readEvent } from "./events.ts";
import {
  type BatchRecord,
  type ContractProof,
  type ExchangeState,
  readBatchRecord,
  readExchangeState,
} from "./records.ts";
import { exchangeDomain } from "./typed-data.ts";

export interface CommitParams {
  /** `encodeBatchData` of header and request words. */
  readonly data: string;
  readonly commitment: bigint;
  /** `orderSignatures` over `batchDigest`. */
  readonly signatures: readonly string[];
}

export interface ProveParams {
  readonly record: BatchRecord;
  readonly proof: ContractProof;
  /** `creditsOf` the batch's request words. */
  readonly credits: readonly Credit[];
}

export interface RevertParams {
  /** Of the first batch to take back. */
  readonly record: BatchRecord;
  /** `orderSignatures` over `revertDigest`. */
  readonly signatures: readonly string[];
}

/** What a transaction posted that commits by itself, not through another contract. */
export interface PostedBatch {
  /** Header words, then request words. */
  readonly words: readonly bigint[];
  readonly commitment: bigint;
  readonly signatures: readonly string[];
}

const ABI = new Interface(EXCHANGE_ABI);
/** Blocks per request for logs: public endpoints refuse more. */
const STRETCH_BLOCKS = 2_000;

export class ExchangeContract {
  readonly address: string;
  readonly #contract: Contract;

  /** `runner` is a provider to read, a signer to write. */
  constructor(address: string, runner: ContractRunner) {
    this.address = getAddress(address);
    this.#contract = new Contract(address, ABI, runner);
  }

  connect(runner: ContractRunner): ExchangeContract {
    return new ExchangeContract(this.address, runner);
  }

  /** Opens an account owned by the signer; the token must have been approved. */
  async register(
    amount: bigint,
    keyHash: bigint,
  ): Promise<{ account: number; firstRequest: number; receipt: TransactionReceipt }> {
    const receipt = await send(this.#contract, "register(uint64,uint256)", [amount, keyHash]);
    const { account, firstRequest } = this.#eventIn(receipt, "Registered");
    return { account, firstRequest, receipt };
  }

  async deposit(account: number, amount: bigint): Promise<{ request: number; receipt: TransactionReceipt }> {
    const receipt = await send(this.#contract, "deposit(uint32,uint64)", [account, amount]);
    return { request: this.#eventIn(receipt, "Deposited").request, receipt };
  }

  async commitBatch(params: CommitParams): Promise<{ record: BatchRecord; receipt: TransactionReceipt }> {
    const { data, commitment, signatures } = params;
    const receipt = await send(this.#contract, "commitBatch", [data, commitment, signatures]);
    return { record: this.#eventIn(receipt, "BatchCommitted").record, receipt };
  }

  async proveBatch({ record, proof, credits }: ProveParams): Promise<TransactionReceipt> {
    return await send(this.#contract, "proveBatch", [record, proof, credits.map(encodeCredit)]);
  }

  async revertBatches({ record, signatures }: RevertParams): Promise<TransactionReceipt> {
    return await send(this.#contract, "revertBatches", [record, signatures]);
  }

  /** Pays what is claimable to the account's owner, or to `to` if the owner asks. */
  async claim(account: number, to?: string): Promise<{ amount: bigint; receipt: TransactionReceipt }> {
    const receipt =
      to === undefined
        ? await send(this.#contract, "claim(uint32)", [account])
        : await send(this.#contract, "claim(uint32,address)", [account, to]);
    return { amount: this.#eventIn(receipt, "Claimed").amount, receipt };
  }

  async state(blockTag?: number | string): Promise<ExchangeState> {
    return readExchangeState((await view(this.#contract, "state", [], blockTag)) as Result);
  }

  /** Words of the L1 queue from index `from` up to, not including, `to`; fewer when it ends before. */
  async requests(from: number, to: number, blockTag?: number | string): Promise<bigint[]> {
    return [...((await view(this.#contract, "requests", [from, to], blockTag)) as Result)] as bigint[];
  }

  async accountOf(
    account: number,
    blockTag?: number | string,
  ): Promise<{ owner: string; claimable: bigint }> {
    const [owner, claimable] = (await view(this.#contract, "accountOf", [account], blockTag)) as Result;
    return { owner: owner as string, claimable: claimable as bigint };
  }

  async collateral(): Promise<string> {
    return (await view(this.#contract, "collateral")) as string;
  }

  async minimumDeposit(): Promise<bigint> {
    return (await view(this.#contract, "minimumDeposit")) as bigint;
  }

  /** Quanta that each queued word costs beside the amount: three for a registration, one for a deposit. */
  async queueFee(): Promise<bigint> {
    return (await view(this.#contract, "queueFee")) as bigint;
  }

  /** Hash of the record committed under a number; zero when none is. */
  async recordHash(number: number): Promise<string> {
    return (await view(this.#contract, "recordHash", [number])) as string;
  }

  /** Address of the contract that says who signs: a fixed set or a registry. */
  async validators(): Promise<string> {
    return (await view(this.#contract, "validators")) as string;
  }

  /** Address of a tier's verifier; zero when there is none. */
  async verifierOf(steps: number): Promise<string> {
    return (await view(this.#contract, "verifierOf", [steps])) as string;
  }

  /** Domain of the typed data that validators sign for this contract. */
  async domain(): Promise<TypedDataDomain> {
    return exchangeDomain((await providerOf(this.#contract).getNetwork()).chainId, this.address);
  }

  /** Everything the contract told between two blocks, both included, in order. */
  async events(fromBlock: number, toBlock: number | "latest"): Promise<ExchangeEvent[]> {
    const logs = await providerOf(this.#contract).getLogs({ address: this.address, fromBlock, toBlock });
    return logs.flatMap((log) => readEvent(ABI, log) ?? []);
  }

  /** The record of a committed batch, newest first when it was reverted and committed again. */
  async recordOf(
    number: number,
    fromBlock: number,
    toBlock: number | "latest" = "latest",
  ): Promise<BatchRecord | undefined> {
    const topics = ABI.encodeFilterTopics("BatchCommitted", [number]);
    return (await this.#recordsIn({ topics, fromBlock, toBlock })).at(-1);
  }

  /**
   * The record that was published last under a number, looked for backwards in stretches. Undefined where the batch before
   * it was published later: if this one was published at all, that was taken back with it.
   */
  async findRecord(number: number, fromBlock: number, toBlock: number): Promise<BatchRecord | undefined> {
    if (number < 1) return undefined;
    const topics = ABI.encodeFilterTopics("BatchCommitted", [[number, number - 1]]);
    for (let to = toBlock; to >= fromBlock; to -= STRETCH_BLOCKS) {
      const from = Math.max(fromBlock, to - STRETCH_BLOCKS + 1);
      const newest = (await this.#recordsIn({ topics, fromBlock: from, toBlock: to })).at(-1);
      if (newest !== undefined) return newest.number === number ? newest : undefined;
    }
    return undefined;
  }

  /**
   * What a transaction posted that calls `commitBatch` itself: with all of these the state is rebuilt from the chain.
   * Undefined for one that calls another contract, which anybody may put between: its words are in a trace alone.
   */
  async postedBatch(transactionHash: string): Promise<PostedBatch | undefined> {
    const transaction = await providerOf(this.#contract).getTransaction(transactionHash);
    const call = transaction?.to === this.address ? ABI.parseTransaction(transaction) : null;
    if (call?.name !== "commitBatch") return undefined;
    const [data, commitment, signatures] = call.args as unknown as [string, bigint, Result];
    return { words: decodeBatchData(data), commitment, signatures: [...signatures] as string[] };
  }

  async #recordsIn(filter: Omit<Filter, "address">): Promise<BatchRecord[]> {
    const logs = await providerOf(this.#contract).getLogs({ address: this.address, ...filter });
    return logs.flatMap((log) => {
      const parsed = ABI.parseLog(log);
      return parsed === null ? [] : [readBatchRecord(parsed.args.getValue("record") as Result)];
    });
  }

  #eventIn<N extends ExchangeEvent["name"]>(
    receipt: TransactionReceipt,
    name: N,
  ): Extract<ExchangeEvent, { name: N }> {
    for (const log of receipt.logs) {
      const event = log.address === this.address ? readEvent(ABI, log) : undefined;
      if (event?.name === name) return event as Extract<ExchangeEvent, { name: N }>;
    }
    throw new Error(`transaction ${receipt.hash} has no ${name}`);
  }
}
