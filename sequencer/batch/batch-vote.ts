import type { Hash, Signature } from "../consensus/messages.ts";

/** A validator's signature for the digest of a batch (verifier-contracts/typed-data.ts), on its way to a quorum. */
export interface BatchVote {
  readonly epoch: number;
  /** Of the batch. */
  readonly number: number;
  readonly digest: Hash;
  readonly signature: Signature;
}
