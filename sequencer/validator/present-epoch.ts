/** The epoch that a node's chain is in, what holds in it, and how the next one begins. */
import type { BatchCutter } from "../batch/cutter.ts";
import type { Epoch } from "../consensus/epoch.ts";
import type { Peer } from "../consensus/messages.ts";
import { type Deviation, deviations, medianPrices } from "../oracle/median.ts";
import type { SignedReport } from "../oracle/report.ts";
import { type EpochTerms, settingsIn, termsOf } from "./epoch-terms.ts";
import type { ValidatorSettings } from "./settings.ts";
import type { SealedSets } from "./validator-parts.ts";

export interface PresentEpochOptions {
  readonly validator: ValidatorSettings;
  readonly cutter: BatchCutter;
  readonly markets: number;
  readonly sealed: SealedSets;
}

export class PresentEpoch {
  readonly sealed: SealedSets;
  private readonly options: PresentEpochOptions;
  private held: EpochTerms;

  /** `epoch` is that of the next block. */
  constructor(options: PresentEpochOptions, epoch: Epoch) {
    this.options = options;
    this.sealed = options.sealed;
    this.held = this.termsIn(epoch);
  }

  get terms(): EpochTerms {
    return this.held;
  }

  get epoch(): Epoch {
    return this.held.validator.epoch;
  }

  /** The set with which this node, as leader, ends the epoch; null while it goes on. */
  get nextSet(): readonly Peer[] | null {
    return this.sealed.after(this.epoch.number);
  }

  /** Whether it may begin, now that its predecessor's last block is executed; throws if not. */
  check(epoch: Epoch): void {
    const { number, validators } = epoch;
    const sealed = this.sealed.of(number);
    // A quorum ended the epoch with another set than L1 has: nothing can be relied on any more.
    if (Array.isArray(sealed) && String(sealed) !== String(validators))
      throw new Error(`epoch ${number} begins with another set than the registry sealed`);
    if (this.options.cutter.open.steps.length > 0) throw new Error(`epoch ${number} begins inside a batch`);
  }

  enter(epoch: Epoch): void {
    this.held = this.termsIn(epoch);
  }

  /** A report of somebody's prices; false if nobody honest passes it on. */
  receiveReport(epoch: number, report: SignedReport, nowMs: number): boolean {
    return epoch !== this.epoch.number || this.held.reports.receive(report, nowMs) !== "forged";
  }

  /** How far each validator's newest price lies from the medians of all of them. */
  priceDeviations(): Deviation[] {
    const reports = this.held.reports.all();
    return deviations(reports, medianPrices(reports, this.options.markets, 1));
  }

  private termsIn(epoch: Epoch): EpochTerms {
    const { validator, markets } = this.options;
    return termsOf(settingsIn(epoch, validator), markets);
  }
}
