/** What holds for one epoch: its set, what this validator reveals in it, and the reports of its validators. */
import { type Epoch, quorumOf } from "../consensus/epoch.ts";
import { ReportPool } from "../oracle/report-pool.ts";
import type { RevealTree } from "../ordering/seed.ts";
import { ownReveals, type ValidatorSettings } from "./settings.ts";

export interface EpochTerms {
  readonly validator: ValidatorSettings;
  /** Of this validator; null if it committed to none. */
  readonly reveals: RevealTree | null;
  readonly reports: ReportPool;
}

/** Throws WrongCommitment. */
export function termsOf(validator: ValidatorSettings, markets: number): EpochTerms {
  const { epoch, separator } = validator;
  const { number, validators } = epoch;
  return {
    validator,
    reveals: ownReveals(validator),
    reports: new ReportPool({ separator, epoch: number, validators, markets }),
  };
}

/** The same validator in another epoch. Nobody committed to reveals for it: the seed of its blocks can be foreseen. */
export const settingsIn = (epoch: Epoch, validator: ValidatorSettings): ValidatorSettings =>
  epoch.number === validator.epoch.number
    ? validator
    : {
        ...validator,
        epoch,
        commitments: epoch.validators.map(() => null),
        derivation: { ...validator.derivation, quorum: quorumOf(epoch.validators.length) },
      };
