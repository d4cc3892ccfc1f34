/** The validators of a stretch of the chain, who leads when, and how many make a quorum. */
import { MAX_VALIDATORS } from "./limits.ts";
import type { Peer } from "./messages.ts";

export interface Epoch {
  readonly number: number;
  /** Votes name their signer by the index here. */
  readonly validators: readonly Peer[];
}

export function makeEpoch(number: number, validators: readonly Peer[]): Epoch {
  if (!Number.isSafeInteger(number) || number < 0) throw new Error(`no epoch has the number ${number}`);
  if (validators.length === 0 || validators.length > MAX_VALIDATORS)
    throw new Error(`an epoch of ${validators.length} validators`);
  if (new Set(validators).size !== validators.length) throw new Error("a validator is listed twice");
  return { number, validators };
}

/** f: how many of n may be faulty. */
export const faultyOf = (n: number): number => Math.floor((n - 1) / 3);

/** q: any two quorums share an honest validator. */
export const quorumOf = (n: number): number => n - faultyOf(n);

/** Rotation; the epoch's number shifts it, so that short epochs do not always begin with the same leader. */
export const leaderOf = (epoch: Epoch, view: number): number =>
  (epoch.number + view) % epoch.validators.length;
