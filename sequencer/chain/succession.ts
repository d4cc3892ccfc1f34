/**
 * What a validator does when its set is silent: it says on L1 that it is there, and when it is time, that those who said
 * so are the next set. Like the reporter it remembers nothing of what it sent: what final blocks say decides, and the
 * contract's clock, never this machine's.
 *
 * Everybody affirms itself; sealing is everybody's, one after the other in the order of the candidates' seats, so that not
 * all pay for the same.
 */
import type { JsonRpcApiProvider } from "ethers";
import { refusalOf } from "../../verifier-contracts/refusal.ts";
import type { RegistryContract } from "../../verifier-contracts/registry.ts";
import type { RegistryTerms } from "../../verifier-contracts/registry-records.ts";
import { affirmCall, sealCall } from "./calls.ts";
import { SEAL_TURN_SECONDS } from "./limits.ts";
import type { ChainLog } from "./log.ts";
import type { TransactionSender } from "./transaction-sender.ts";

type Sender = Pick<TransactionSender, "check" | "send">;

export interface SuccessionOptions {
  readonly provider: Pick<JsonRpcApiProvider, "getBlockNumber" | "getBlock">;
  readonly registry: Pick<
    RegistryContract,
    "address" | "terms" | "silentFrom" | "affirmedAt" | "candidates" | "validatorOf"
  >;
  /** The registry is there from this block on. */
  readonly deploymentBlock: number;
  /** Signs this node's votes. */
  readonly validator: string;
  /** Pays for what anybody may send. */
  readonly sender: Sender;
  /** From the validator's own account: only its owner and itself may say that it is there. */
  readonly ownSender: Sender;
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
  private terms: RegistryTerms | null = null;

  constructor(options: SuccessionOptions) {
    this.options = options;
  }

  async advance(): Promise<void> {
    this.terms ??= await this.options.registry.terms();
    const silence = await this.silence();
    if (silence === null) return;
    // What is in newer blocks is not final: somebody may have been quicker, or the silence is over.
    if ((await this.options.registry.silentFrom()) !== silence.fromSeconds) return;
    if (!(await this.hasAffirmed(silence))) await this.affirm(silence);
    else if (silence.nowSeconds >= silence.fromSeconds + this.terms.silenceSeconds)
      await this.seal(silence, this.terms);
  }

  private async silence(): Promise<Silence | null> {
    const { provider, registry, finalityBlocks, deploymentBlock } = this.options;
    const block = (await provider.getBlockNumber()) - finalityBlocks;
    if (block < deploymentBlock) return null;
    const [final, fromSeconds] = await Promise.all([provider.getBlock(block), registry.silentFrom(block)]);
    if (final === null || fromSeconds === undefined || final.timestamp < fromSeconds) return null;
    return { block, nowSeconds: final.timestamp, fromSeconds };
  }

  /** Also true of whoever is no candidate, and has nothing to say. */
  private async hasAffirmed({ block, fromSeconds }: Silence): Promise<boolean> {
    const { registry, validator } = this.options;
    if ((await registry.validatorOf(validator, block)).status !== "candidate") return true;
    return (await registry.affirmedAt(validator, block)) >= fromSeconds;
  }

  private async affirm({ fromSeconds }: Silence): Promise<void> {
    const { registry, ownSender, validator } = this.options;
    if ((await registry.affirmedAt(validator)) >= fromSeconds) return;
    await this.send(ownSender, "affirmation", affirmCall(validator));
  }

  private async seal(
    { block, nowSeconds, fromSeconds }: Silence,
    { silenceSeconds, minimumMembers }: RegistryTerms,
  ): Promise<void> {
    const { registry, validator, sender } = this.options;
    const candidates = await registry.candidates(block);
    const times = await Promise.all(candidates.map((signer) => registry.affirmedAt(signer, block)));
    const there = candidates.filter((_, i) => times[i]! >= fromSeconds);
    const place = there.findIndex((signer) => signer.toLowerCase() === validator.toLowerCase());
    if (place < 0 || there.length < minimumMembers) return;
    if (nowSeconds < fromSeconds + silenceSeconds + place * SEAL_TURN_SECONDS) return;
    await this.send(sender, "sealing of the next set", sealCall());
  }

  private async send(sender: Sender, what: string, data: string): Promise<void> {
    const { registry, log } = this.options;
    if ((await sender.check()) === "waiting") return;
    try {
      await sender.send(what, registry.address, data);
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      // The next look says what is so.
      log.warn({ code: refusal.code }, `${what}: refused`);
    }
  }
}
