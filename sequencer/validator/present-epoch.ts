/** The epoch that a node's chain is in, what holds in it, and how the next one begins. */
import type { BatchCutter } from "../batch/cutter.ts";
import type { Epoch } from "../consensus/epoch.ts";
import type { Peer } from "../consensus/messages.ts";
import { type Deviation, deviations, medianPrices } from "../oracle/median.ts";
import type { SignedReport } from "../oracle/report.ts";
import { type EpochTerms, settingsIn, termsOf } from "./epoch-terms.ts";
import type { ValidatorSettings } from "./settings.ts";
import type { SealedSets } from "./validator-parts.ts";

/** The set of the first epoch stands for ever. */
const NEVER: SealedSets = { of: () => "never", after: () => null };

export interface PresentEpochOptions {
  readonly validator: ValidatorSettings;
  readonly cutter: BatchCutter;
  readonly markets: number;
  /** Left out: there is no other epoch. */
  readonly sealed?: SealedSets | undefined;
}

export class PresentEpoch {
  readonly sealed: SealedSets;
  private readonly options: PresentEpochOptions;
  private held: EpochTerms;

  /** `epoch` is that of the next block. */
  constructor(options: PresentEpochOptions, epoch: Epoch) {
    this.options = options;
    this.sealed = options.sealed ?? NEVER;
    this.held = this.enter(epoch);
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

  /** Its predecessor's last block is executed. */
  begin(epoch: Epoch): void {
    const { number, validators } = epoch;
    const sealed = this.sealed.of(number);
    // A quorum ended the epoch with another set than L1 has: nothing can be relied on any more.
    if (Array.isArray(sealed) && String(sealed) !== String(validators))
      throw new Error(`epoch ${number} begins with another set than the registry sealed`);
    if (this.options.cutter.open.steps.length > 0) throw new Error(`epoch ${number} begins inside a batch`);
    this.held = this.enter(epoch);
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

  private enter(epoch: Epoch): EpochTerms {
    const { validator, cutter, markets } = this.options;
    cutter.epoch = epoch.number;
    return termsOf(settingsIn(epoch, validator), markets);
  }
}
