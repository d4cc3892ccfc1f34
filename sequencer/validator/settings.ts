/** What a validator is made from, beside what every sequencer is made from (node/settings.ts). */
import type { Epoch } from "../consensus/epoch.ts";
import { hashHeader, hashPayload } from "../consensus/header.ts";
import type { Timing } from "../consensus/limits.ts";
import { simplexRules } from "../consensus/rules.ts";
import { addressOf, recoverSigner, signDigest } from "../consensus/secp256k1.ts";
import type { Setting } from "../consensus/state.ts";
import { voteDigest } from "../consensus/vote.ts";
import type { DerivationRules } from "../execution/block-entries.ts";
import type { MempoolLimits } from "../mempool/limits.ts";
import type { BlockLimits } from "../ordering/limits.ts";

export interface ValidatorSettings {
  /** Validators by their addresses, lower case. */
  readonly epoch: Epoch;
  /** Of this validator: 32 bytes, secp256k1. */
  readonly secretKey: Uint8Array;
  /** Binds signatures to chain and contract. */
  readonly separator: Uint8Array;
  readonly timing: Timing;
  readonly derivation: DerivationRules;
  readonly blockLimits: BlockLimits;
  readonly mempoolLimits: MempoolLimits;
}

/**
 * On one machine or in one region: messages take milliseconds, but a node may hold its breath while it syncs or
 * collects garbage. A node that is down costs twice the delay in each of its turns to lead.
 */
export const DEFAULT_TIMING: Timing = {
  delayMs: 250,
  heartbeatMs: 200,
  retryMs: 500,
  clockDriftMs: 1_000,
};

/** The core's side of it: real hashes and signatures. */
export function settingOf({ secretKey, separator, timing }: ValidatorSettings): Setting {
  return {
    self: addressOf(secretKey),
    timing,
    rules: simplexRules,
    hashHeader,
    hashPayload,
    sign: (subject) => signDigest(voteDigest(separator, subject), secretKey),
    verify: (epoch, vote) => {
      const validator = epoch.validators[vote.signer];
      return (
        validator !== undefined && recoverSigner(voteDigest(separator, vote), vote.signature) === validator
      );
    },
  };
}
