/** The rules that agreement hangs on, one function each. Tests replace single ones to see that they are needed. */
import { quorumOf } from "./epoch.ts";
import type { Vote } from "./messages.ts";

/** What this node signed in a view. */
export interface OwnVotes {
  readonly notarize: Vote | null;
  readonly nullify: Vote | null;
  readonly finalize: Vote | null;
}

export interface Rules {
  quorum(validators: number): number;
  /** Only the leader's first proposal counts. */
  takesProposal(held: boolean): boolean;
  mayNotarize(own: OwnVotes): boolean;
  mayNullify(own: OwnVotes): boolean;
  mayFinalize(own: OwnVotes): boolean;
  /** A vote with this node's signature that it did not give: another instance runs with its key. */
  isSignedElsewhere(own: OwnVotes, vote: Vote): boolean;
  /** Whether a view between a block and its parent stands in the way. */
  isGap(isNullified: boolean): boolean;
}

export const simplexRules: Rules = {
  quorum: quorumOf,
  takesProposal: (held) => !held,
  mayNotarize: (own) => own.notarize === null && own.nullify === null,
  mayNullify: (own) => own.nullify === null && own.finalize === null,
  mayFinalize: (own) => own.finalize === null && own.nullify === null,
  isSignedElsewhere: (own, vote) => own[vote.kind]?.block !== vote.block,
  isGap: (isNullified) => !isNullified,
};
