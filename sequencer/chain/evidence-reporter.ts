/**
 * Shows contradictions of validators to the registry. Like the submitter it remembers nothing of what it sent: what
 * the registry says decides, so a kill, a lost answer, somebody else's report or a reorganisation need no memory. A
 * stake that is gone in a final block is the end of it; one that is there in the newest block is reported.
 */
import type { JsonRpcApiProvider } from "ethers";
import type { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { refusalOf } from "../../verifier-contracts/refusal.ts";
import { type RegistryContract, registryOf } from "../../verifier-contracts/registry.ts";
import { slashCall } from "./calls.ts";
import { MAX_BACKOFF_MS, MAX_REFUSALS } from "./limits.ts";
import type { ChainLog } from "./log.ts";
import type { EvidenceDesk, KeptEvidence, ReportOutcome } from "./ports.ts";
import type { TransactionSender } from "./transaction-sender.ts";

export interface EvidenceReporterOptions {
  readonly provider: JsonRpcApiProvider;
  readonly exchange: ExchangeContract;
  readonly desk: EvidenceDesk;
  /** The reward goes to the account that it sends from. */
  readonly sender: TransactionSender;
  readonly finalityBlocks: number;
  readonly nowMs: () => number;
  readonly log: ChainLog;
}

interface Refused {
  readonly times: number;
  /** Not tried again before. */
  readonly untilMs: number;
}

export class EvidenceReporter {
  private readonly options: EvidenceReporterOptions;
  private readonly refused = new Map<KeptEvidence, Refused>();
  /** Null: the exchange's set has no stake, and there is nobody to report to. */
  private registry: RegistryContract | null | undefined;

  constructor(options: EvidenceReporterOptions) {
    this.options = options;
  }

  async advance(): Promise<void> {
    const { provider, exchange, desk, nowMs } = this.options;
    const now = nowMs();
    const due = desk.waiting().filter((kept) => kept.dueAtMs <= now && !this.isResting(kept, now));
    if (due.length === 0) return;
    if (this.registry === undefined) this.registry = (await registryOf(exchange, provider)) ?? null;
    if (this.registry === null) return;
    for (const kept of due) await this.report(this.registry, kept);
  }

  private async report(registry: RegistryContract, kept: KeptEvidence): Promise<void> {
    const { provider, sender, finalityBlocks, log } = this.options;
    if ((await sender.check()) === "waiting") return;
    const head = await provider.getBlockNumber();
    if ((await registry.validatorOf(kept.signer, head)).stake === 0n) {
      const { status } = await registry.validatorOf(kept.signer, Math.max(0, head - finalityBlocks));
      if (status === "slashed") await this.settle(kept, "slashed");
      else if (status === "withdrawn") await this.settle(kept, "noStake");
      else if (status === "none") await this.refuse(kept);
      return;
    }
    try {
      const what = `report of ${kept.signer}`;
      await sender.send(what, registry.address, slashCall(kept.evidence));
    } catch (error) {
      const refusal = refusalOf(error);
      if (refusal === undefined) throw error;
      // Somebody was quicker: the next look says so.
      if (refusal.code === "NothingAtStake") return;
      log.warn({ ...texts(refusal), signer: kept.signer }, "the registry refuses evidence");
      await this.refuse(kept);
    }
  }

  /** An endpoint that lags behind mends; a registry that never knew the signer in that epoch does not. */
  private async refuse(kept: KeptEvidence): Promise<void> {
    const times = (this.refused.get(kept)?.times ?? 0) + 1;
    this.refused.set(kept, { times, untilMs: this.options.nowMs() + MAX_BACKOFF_MS });
    if (times >= MAX_REFUSALS) await this.settle(kept, "refused");
  }

  private isResting(kept: KeptEvidence, now: number): boolean {
    return (this.refused.get(kept)?.untilMs ?? 0) > now;
  }

  private async settle(kept: KeptEvidence, outcome: ReportOutcome): Promise<void> {
    this.refused.delete(kept);
    await this.options.desk.settle(kept, outcome);
  }
}

const texts = (refusal: object): Record<string, string> =>
  Object.fromEntries(Object.entries(refusal).map(([name, value]) => [name, String(value)]));
