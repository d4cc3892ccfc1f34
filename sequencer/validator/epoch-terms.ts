/** What holds for one epoch: its set, and the reports of its validators. */
import { type Epoch, quorumOf } from "../consensus/epoch.ts";
import { ReportPool } from "../oracle/report-pool.ts";
import type { ValidatorSettings } from "./settings.ts";

export interface EpochTerms {
  readonly validator: ValidatorSettings;
  readonly reports: ReportPool;
}

export function termsOf(validator: ValidatorSettings, markets: number): EpochTerms {
  const { epoch, separator } = validator;
  const { number, validators } = epoch;
  return {
    validator,
    reports: new ReportPool({ separator, epoch: number, validators, markets }),
  };
}

/** The same validator in another epoch. */
export const settingsIn = (epoch: Epoch, validator: ValidatorSettings): ValidatorSettings =>
  epoch.number === validator.epoch.number
    ? validator
    : {
        ...validator,
        epoch,
        derivation: { ...validator.derivation, quorum: quorumOf(epoch.validators.length) },
      };
