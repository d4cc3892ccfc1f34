/**
 * What a validator does when its set is silent: it says on L1 that it is there, and when it is time, that those who said
 * so are the next set. Like the reporter it remembers nothing of what it sent: what final blocks say decides, and the
 * contract's clock, never this machine's.
 *
 * Everybody affirms itself; sealing is everybody's, one after the other in the order of the candidates' seats, so that not
 * all pay for the same.
 */
import type { JsonRpcApiProvider } from "ethers";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { refusalOf } from "../../verifier-contracts/refusal.ts";
import { type RegistryContract, registryOf } from "../../verifier-contracts/registry.ts";
import type { RegistryTerms } from "../../verifier-contracts/registry-records.ts";
import { affirmCall, sealCall } from "./calls.ts";
import { SEAL_TURN_SECONDS } from "./limits.ts";
import type { ChainLog } from "./log.ts";
import type { TransactionSender } from "./transaction-sender.ts";

export interface SuccessionOptions {
  readonly provider: JsonRpcApiProvider;
  readonly exchange: ExchangeContract;
  /** Signs this node's votes. */
  readonly validator: string;
  /** Pays for what anybody may send. */
  readonly sender: TransactionSender;
  /** From the validator's own account: only its owner and itself may say that it is there. */
  readonly ownSender: TransactionSender;
  readonly finalityBlocks: number;
  readonly log: ChainLog;
}

interface Silence {
  /** Of the last final block. */
  readonly block: number;
  readonly nowSeconds: number;
  readonly fromSeconds: number;
}

export class Succession {
  private readonly options: SuccessionOptions;
  /** Null: the exchange's set has no stake, and is never followed. */
  private registry: RegistryContract | null | undefined;
  private terms: RegistryTerms | null = null;

  constructor(options: SuccessionOptions) {
    this.options = options;
  }

  async advance(): Promise<void> {
    const { provider, exchange } = this.options;
    if (this.registry === undefined) this.registry = (await registryOf(exchange, provider)) ?? null;
    const { registry } = this;
    if (registry === null) return;
    this.terms ??= await registry.terms();
    const silence = await this.silence(registry);
    if (silence === null) return;
    if (!(await this.hasAffirmed(registry, silence))) await this.affirm(registry);
    else if (silence.nowSeconds >= silence.fromSeconds + this.terms.silenceSeconds)
      await this.seal(registry, silence, this.terms);
  }

  private async silence(registry: RegistryContract): Promise<Silence | null> {
    const { provider, finalityBlocks } = this.options;
    const block = (await provider.getBlockNumber()) - finalityBlocks;
    // Before the registry there is nothing to ask.
    const [final, fromSeconds] = await Promise.all([
      provider.getBlock(Math.max(0, block)),
      registry.silentFrom(Math.max(0, block)).catch(() => undefined),
    ]);
    if (final === null || fromSeconds === undefined || final.timestamp < fromSeconds) return null;
    return { block, nowSeconds: final.timestamp, fromSeconds };
  }

  /** Also true of whoever is no candidate, and has nothing to say. */
  private async hasAffirmed(registry: RegistryContract, { block, fromSeconds }: Silence): Promise<boolean> {
    const { validator } = this.options;
    if ((await registry.validatorOf(validator, block)).status !== "candidate") return true;
    return (await registry.affirmedAt(validator, block)) >= fromSeconds;
  }

  private async affirm(registry: RegistryContract): Promise<void> {
    const { ownSender, validator } = this.options;
    // What is in a block is not final yet.
    const from = await registry.silentFrom();
    if (from === undefined || (await registry.affirmedAt(validator)) >= from) return;
    await this.send(ownSender, "affirmation", registry, affirmCall(validator));
  }

  private async seal(
    registry: RegistryContract,
    { block, nowSeconds, fromSeconds }: Silence,
    { silenceSeconds, minimumMembers }: RegistryTerms,
  ): Promise<void> {
    const candidates = await registry.candidates(block);
    const times = await Promise.all(candidates.map((signer) => registry.affirmedAt(signer, block)));
    const there = candidates.filter((_, i) => times[i]! >= fromSeconds);
    const place = there.findIndex((signer) => signer.toLowerCase() === this.options.validator.toLowerCase());
    if (place < 0 || there.length < minimumMembers) return;
    if (nowSeconds < fromSeconds + silenceSeconds + place * SEAL_TURN_SECONDS) return;
    // Somebody was quicker: what is sealed counts the silence anew.
    if ((await registry.silentFrom()) !== fromSeconds) return;
    await this.send(this.options.sender, "sealing of the next set", registry, sealCall());
  }

  private async send(
    sender: TransactionSender,
    what: string,
    registry: RegistryContract,
    data: string,
  ): Promise<void> {
    if ((await sender.check()) === "waiting") return;
    try {
      await sender.send(what, registry.address, data);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      // The next look says what is so.
      this.options.log.warn({ code: refusal.code }, `${what}: refused`);
    }
  }
}
