import type { BatchStatement } from "../../verifier-contracts/typed-data.ts";
import type { Hash, Signature } from "../consensus/messages.ts";

/**
 * A validator's signature for the order of a batch, on its way to a quorum. It comes with all that was signed, not with
 * the digest alone: two that contradict each other are evidence for the registry.
 */
export interface BatchVote extends BatchStatement {
  readonly previousDigest: Hash;
  readonly dataHash: Hash;
  readonly signature: Signature;
}
