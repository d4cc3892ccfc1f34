/** Certificates: checking them, and what follows from having one. */
import type { Epoch } from "./epoch.ts";
import { deliverUpTo } from "./finality.ts";
import { MAX_OPEN_VIEWS } from "./limits.ts";
import type { Certificate, Vote } from "./messages.ts";
import { emptyRound, isOpen, type Setting } from "./state.ts";
import { admitStart } from "./take-over.ts";
import type { Turn } from "./turn.ts";
import { enterView } from "./views.ts";
import { castVote, noteVote } from "./votes.ts";

/** A certificate from elsewhere: checked unless it is known. False if it is a forgery. */
export function admitCertificate(turn: Turn, certificate: Certificate): boolean {
  const { kind, epoch, view } = certificate;
  const { state } = turn;
  if (epoch !== state.epoch.number && isOpen(state, epoch)) return admitStart(turn, certificate);
  if (epoch !== state.epoch.number || view <= state.finalView || turn.has(kind, view)) return true;
  if (kind !== "finalize" && view > state.finalView + MAX_OPEN_VIEWS) return true;
  if (!verifyCertificate(turn, certificate)) return false;
  takeCertificate(turn, certificate, "received");
  return true;
}

/** A quorum of this epoch's validators signed it; signatures that were seen before are not checked again. */
export function verifyCertificate(turn: Turn, certificate: Certificate): boolean {
  const { state, setting } = turn;
  const known = state.rounds.get(certificate.view)?.votes[certificate.kind];
  const isGood = isSignedByQuorum(setting, state.epoch, certificate, (vote) => {
    const held = known?.[vote.signer];
    return held !== undefined && held.block === vote.block && held.signature === vote.signature;
  });
  // Honest nodes send on what they verified; of another epoch it may be as good as any.
  if (!isGood && certificate.epoch === state.epoch.number) turn.foundForgery = true;
  return isGood;
}

/** A quorum of different validators, in order, all of whose signatures are good. */
export function isSignedByQuorum(
  setting: Pick<Setting, "rules" | "verify">,
  of: Epoch,
  { kind, epoch, view, block, signatures }: Certificate,
  isKnown: (vote: Vote) => boolean = () => false,
): boolean {
  const n = of.validators.length;
  if (epoch !== of.number || (kind === "nullify") !== (block === null)) return false;
  if (!Number.isSafeInteger(view) || view < 1) return false;
  if (signatures.length < setting.rules.quorum(n) || signatures.length > n) return false;
  let last = -1;
  for (const { signer, signature } of signatures) {
    if (!(signer > last && signer < n)) return false;
    last = signer;
    const vote: Vote = { kind, epoch, view, block, signer, signature };
    if (!isKnown(vote) && !setting.verify(of, vote)) return false;
  }
  return true;
}

/**
 * A good certificate that was not known. It goes to all if it was put together here or leads this node on: the
 * first honest node to have it makes all have it within D.
 */
export function takeCertificate(
  turn: Turn,
  certificate: Certificate,
  origin: "assembled" | "received",
): void {
  const { kind, view } = certificate;
  if (origin === "received") noteSignatures(turn, certificate);
  const round = turn.edit(view);
  round.certificates = { ...round.certificates, [kind]: certificate };
  turn.moved = true;
  turn.persist({ kind: "certificate", certificate });
  if (origin === "assembled" || view >= turn.state.view) turn.broadcast({ kind: "certificate", certificate });
  if (kind === "notarize") finalizeIfAllowed(turn, certificate);
  if (view >= turn.state.view) enterView(turn, view + 1, certificate);
  if (kind === "finalize") becomeFinal(turn, certificate);
}

/** On a notarization: a vote to finalize, unless the view was given up before. */
function finalizeIfAllowed(turn: Turn, { view, block }: Certificate): void {
  const own = (turn.state.rounds.get(view) ?? emptyRound(view)).own;
  if (turn.maySign(view) && turn.setting.rules.mayFinalize(own)) castVote(turn, "finalize", view, block);
}

/** On a finalization: the block and all its ancestors are final. */
function becomeFinal(turn: Turn, certificate: Certificate): void {
  const { state } = turn;
  if (certificate.view > state.finalView) {
    state.finalView = certificate.view;
    state.finalization = certificate;
  }
  deliverUpTo(turn, certificate);
}

/** The votes inside count as evidence, and need no check when they come again. */
function noteSignatures(turn: Turn, { kind, epoch, view, block, signatures }: Certificate): void {
  for (const { signer, signature } of signatures) {
    const vote: Vote = { kind, epoch, view, block, signer, signature };
    noteVote(turn, vote);
  }
}
