/** Finding two votes of one signer that no honest validator signs both. */
import type { Evidence, Vote } from "./messages.ts";
import type { Round } from "./state.ts";
import type { Turn } from "./turn.ts";

/** What a vote proves together with those already held of its view. */
export function contradiction(round: Round, vote: Vote): Evidence | null {
  const held = (kind: Vote["kind"]): Vote | undefined => round.votes[kind][vote.signer];
  const same = held(vote.kind);
  if (same !== undefined && same.block !== vote.block)
    return { kind: vote.kind === "notarize" ? "notarizeTwice" : "finalizeTwice", first: same, second: vote };
  if (vote.kind === "finalize") {
    const nullify = held("nullify");
    return nullify === undefined ? null : { kind: "finalizeAndNullify", first: vote, second: nullify };
  }
  if (vote.kind === "nullify") {
    const finalize = held("finalize");
    return finalize === undefined ? null : { kind: "finalizeAndNullify", first: finalize, second: vote };
  }
  return null;
}

/** Reports a signer once in a view. */
export function accuse(turn: Turn, evidence: Evidence): void {
  const { view, signer } = evidence.first;
  const round = turn.edit(view);
  if (round.accused.includes(signer)) return;
  round.accused = [...round.accused, signer];
  turn.effects.push({ kind: "evidence", evidence });
}
