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
  /** Views strictly between that stand in the way of a block on that parent: those not known to be nullified. */
  gaps(parentView: number, view: number, isNullified: (view: number) => boolean): number[];
}

export const simplexRules: Rules = {
  quorum: quorumOf,
  takesProposal: (held) => !held,
  mayNotarize: (own) => own.notarize === null && own.nullify === null,
  mayNullify: (own) => own.nullify === null && own.finalize === null,
  mayFinalize: (own) => own.finalize === null && own.nullify === null,
  gaps: (parentView, view, isNullified) => {
    const missing: number[] = [];
    for (let between = view - 1; between > parentView; between--)
      if (!isNullified(between)) missing.push(between);
    return missing;
  },
};
