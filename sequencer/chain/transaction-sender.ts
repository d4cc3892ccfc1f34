/**
 * Sends one transaction at a time and follows it until it is in a block; for all who send from one account, each of
 * whom finds it taken by the other now and then.
 *
 * Nothing is remembered on disk. What an earlier life of the node may have left on its way shows as a difference
 * between the account's latest and pending nonces: then nothing is sent until that is in a block, or, if it is
 * stuck, it is replaced under the same nonce with a higher fee.
 */
import { type JsonRpcApiProvider, Transaction, type TransactionRequest, type Wallet } from "ethers";
import { FEE_BUMP_PERCENT, GAS_MARGIN_PERCENT, MAX_FEE_FACTOR, RESEND_AFTER_MS } from "./limits.ts";
import type { ChainLog } from "./log.ts";

interface OnItsWay {
  readonly what: string;
  readonly request: TransactionRequest;
  /** Every version that was sent; only one of them can get into a block. */
  readonly hashes: string[];
  sentAtMs: number;
}

/** none: nothing is on its way; waiting: not in a block yet; mined, reverted: it is. */
export type SendState = "none" | "waiting" | "mined" | "reverted";

export interface SenderOptions {
  readonly provider: JsonRpcApiProvider;
  /** Holds the key that pays; nobody else sends with it. */
  readonly wallet: Wallet;
  readonly chainId: bigint;
  readonly nowMs: () => number;
  readonly log: ChainLog;
}

export class TransactionSender {
  private readonly options: SenderOptions;
  private onItsWay: OnItsWay | null = null;
  /** Since when somebody else's transaction, an earlier life's, is on its way. */
  private strangerSinceMs: number | null = null;
  private last: Promise<unknown> = Promise.resolve();

  constructor(options: SenderOptions) {
    this.options = options;
  }

  /** Looks after what is on its way. */
  check(): Promise<SendState> {
    return this.alone(() => this.look());
  }

  /**
   * Sends calldata to a contract. Throws what the estimate throws, a revert for example; false when an earlier
   * transaction has to get into a block first.
   */
  send(what: string, to: string, data: string): Promise<boolean> {
    return this.alone(() => this.begin(what, to, data));
  }

  /** One after the other, or two would take one nonce. */
  private alone<T>(work: () => Promise<T>): Promise<T> {
    const done = this.last.catch(() => undefined).then(work);
    this.last = done;
    return done;
  }

  private async look(): Promise<SendState> {
    const sent = this.onItsWay;
    if (sent === null) return "none";
    const { provider, nowMs, log } = this.options;
    for (const hash of sent.hashes) {
      const receipt = await provider.getTransactionReceipt(hash);
      if (receipt === null) continue;
      this.onItsWay = null;
      const isMined = receipt.status === 1;
      log[isMined ? "info" : "warn"](
        { hash, block: receipt.blockNumber, gas: Number(receipt.gasUsed) },
        `${sent.what}: ${isMined ? "in a block" : "reverted in a block"}`,
      );
      return isMined ? "mined" : "reverted";
    }
    if ((await this.nonce("latest")) !== sent.request.nonce) {
      // Replaced by another one, or its block or the one of its predecessor was undone: the contract tells what is
      // so, and what is missing is sent again from the nonce that the account has now.
      this.onItsWay = null;
      return "none";
    }
    if (nowMs() - sent.sentAtMs >= RESEND_AFTER_MS)
      await this.broadcast(sent, await this.raised(sent.request));
    else if ((await provider.getTransaction(sent.hashes.at(-1)!)) === null)
      await this.broadcast(sent, sent.request);
    return "waiting";
  }

  private async begin(what: string, to: string, data: string): Promise<boolean> {
    if (this.onItsWay !== null) return false;
    const { provider, chainId } = this.options;
    const nonce = await this.nonce("latest");
    const isStuck = await this.strangerBlocks(nonce);
    if (isStuck === true) return false;
    const gas = await this.estimate(to, data);
    const fees = await provider.getFeeData();
    if (fees.maxFeePerGas === null || fees.maxPriorityFeePerGas === null)
      throw new Error("the chain names no fees");
    const request: TransactionRequest = {
      type: 2,
      chainId,
      to,
      data,
      nonce,
      gasLimit: (gas * GAS_MARGIN_PERCENT) / 100n,
      maxFeePerGas: fees.maxFeePerGas,
      maxPriorityFeePerGas: fees.maxPriorityFeePerGas,
    };
    const sent: OnItsWay = { what, request, hashes: [], sentAtMs: 0 };
    await this.broadcast(sent, isStuck === null ? request : bumped(bumped(request)));
    return true;
  }

  /** True while a stranger's transaction has to be waited for; null when there is none, false when it is stuck. */
  private async strangerBlocks(nonce: number): Promise<boolean | null> {
    if ((await this.nonce("pending")) <= nonce) {
      this.strangerSinceMs = null;
      return null;
    }
    const now = this.options.nowMs();
    this.strangerSinceMs ??= now;
    return now - this.strangerSinceMs < RESEND_AFTER_MS;
  }

  /** The same transaction with a higher fee, unless that is far above what the chain asks for by now. */
  private async raised(request: TransactionRequest): Promise<TransactionRequest> {
    const { maxFeePerGas } = await this.options.provider.getFeeData();
    const higher = bumped(request);
    const limit = (maxFeePerGas ?? 0n) * MAX_FEE_FACTOR;
    return BigInt(higher.maxFeePerGas!) > limit ? request : higher;
  }

  private nonce(tag: "latest" | "pending"): Promise<number> {
    return this.options.provider.getTransactionCount(this.options.wallet.address, tag);
  }

  /** On the newest block: what is on its way and may be replaced must not count. */
  private async estimate(to: string, data: string): Promise<bigint> {
    const { provider, wallet } = this.options;
    return BigInt(await provider.send("eth_estimateGas", [{ from: wallet.address, to, data }, "latest"]));
  }

  private async broadcast(sent: OnItsWay, request: TransactionRequest): Promise<void> {
    const { provider, wallet, nowMs, log } = this.options;
    const raw = await wallet.signTransaction(request);
    const hash = Transaction.from(raw).hash!;
    // Noted before it is sent: if the answer is lost, the transaction is not.
    if (!sent.hashes.includes(hash)) sent.hashes.push(hash);
    this.onItsWay = { ...sent, request, sentAtMs: nowMs() };
    log.info({ hash, nonce: request.nonce }, `${sent.what}: sent`);
    await provider.broadcastTransaction(raw);
  }
}

const bumped = (request: TransactionRequest): TransactionRequest => ({
  ...request,
  maxFeePerGas: (BigInt(request.maxFeePerGas!) * FEE_BUMP_PERCENT) / 100n + 1n,
  maxPriorityFeePerGas: (BigInt(request.maxPriorityFeePerGas!) * FEE_BUMP_PERCENT) / 100n + 1n,
});
