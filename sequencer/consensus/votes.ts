/** Giving votes and counting them. */
import { takeCertificate } from "./certificates.ts";
import { accuse, contradiction } from "./evidence.ts";
import { EVIDENCE_VIEWS, FUTURE_VIEWS } from "./limits.ts";
import type { Certificate, Hash, SignatureOf, Subject, Vote } from "./messages.ts";
import { emptyRound } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Signs a vote of this node and puts it on disk. Whether it may be given was decided by the rules. */
export function signVote(turn: Turn, kind: Vote["kind"], view: number, block: Hash | null): Vote {
  if (!turn.maySign(view)) throw new Error(`a vote in view ${view} that must not be signed`);
  const subject: Subject = { kind, epoch: turn.state.epoch.number, view, block };
  const vote: Vote = { ...subject, signer: turn.state.self, signature: turn.setting.sign(subject) };
  const round = turn.edit(view);
  round.own = { ...round.own, [kind]: vote };
  turn.persist({ kind: "vote", vote });
  return vote;
}

export function castVote(turn: Turn, kind: Vote["kind"], view: number, block: Hash | null): void {
  const vote = signVote(turn, kind, view, block);
  turn.broadcast({ kind: "vote", vote });
  countVote(turn, vote);
}

export function castNullify(turn: Turn, view: number): void {
  const own = (turn.state.rounds.get(view) ?? emptyRound(view)).own;
  if (turn.maySign(view) && turn.setting.rules.mayNullify(own)) castVote(turn, "nullify", view, null);
}

/** On receiving a quorum of equal votes: the certificate. */
export function countVote(turn: Turn, vote: Vote): void {
  if (vote.epoch !== turn.state.epoch.number || !noteVote(turn, vote)) return;
  if (vote.view <= turn.state.finalView || turn.has(vote.kind, vote.view)) return;
  const votes = turn.state.rounds.get(vote.view)!.votes[vote.kind];
  let agreeing = 0;
  for (const other of votes) if (other !== undefined && other.block === vote.block) agreeing += 1;
  if (agreeing >= turn.quorum) takeCertificate(turn, assemble(turn, vote, votes), "assembled");
}

function assemble(turn: Turn, { kind, epoch, view, block }: Vote, votes: readonly (Vote | undefined)[]) {
  const signatures: SignatureOf[] = [];
  for (const vote of votes)
    if (vote !== undefined && vote.block === block && signatures.length < turn.quorum)
      signatures.push({ signer: vote.signer, signature: vote.signature });
  return { kind, epoch, view, block, signatures } satisfies Certificate;
}

/** Remembers a verified vote, the first of its signer and kind, and looks for contradictions. True if it is new. */
export function noteVote(turn: Turn, vote: Vote): boolean {
  const { state, setting } = turn;
  const { view, signer, kind } = vote;
  if (signer >= state.epoch.validators.length || signer < 0) return false;
  if (view < 1 || view <= state.finalView - EVIDENCE_VIEWS || view > state.view + FUTURE_VIEWS) return false;
  if ((kind === "nullify") !== (vote.block === null)) return false;
  const round = state.rounds.get(view) ?? emptyRound(view);
  if (signer === state.self && turn.maySign(view) && setting.rules.isSignedElsewhere(round.own, vote))
    turn.halt({ code: "keyInUseElsewhere", vote });
  const evidence = contradiction(round, vote);
  if (evidence !== null) accuse(turn, evidence);
  if (round.votes[kind][signer] !== undefined) return false;
  turn.setVote(vote);
  return true;
}
