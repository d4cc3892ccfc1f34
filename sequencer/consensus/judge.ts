/** The voters' part: taking a proposal, and deciding whether to vote for it, to give the view up, or to wait. */
import { admitCertificate } from "./certificates.ts";
import { headerOf, heightOf, holdBlock, openBlock, standingOf } from "./chain.ts";
import { leaderOf } from "./epoch.ts";
import { FUTURE_VIEWS, MAX_CARRIED_CERTIFICATES } from "./limits.ts";
import type { Hash, Proposal } from "./messages.ts";
import type { Verdict } from "./ports.ts";
import { finalHash } from "./propose.ts";
import { type HeldProposal, isInReach, type State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { castNullify, castVote, countVote } from "./votes.ts";

/** A proposal signed by the leader of its view. Its vote counts in any case; its certificates may lead this node there. */
export function takeProposal(turn: Turn, proposal: Proposal): void {
  const { state } = turn;
  const { view, vote, certificates } = proposal;
  countVote(turn, vote);
  if (proposal.epoch !== state.epoch.number || certificates.length > MAX_CARRIED_CERTIFICATES + 1) return;
  if (vote.kind !== "notarize" || vote.epoch !== proposal.epoch || vote.view !== view) return;
  if (vote.signer !== leaderOf(state.epoch, view)) return;
  const hash = openBlock(turn, proposal.block);
  if (hash === undefined || hash !== vote.block) return;
  if (proposal.block.header.view !== view && !isRepeated(proposal)) return;
  if (!certificates.every((certificate) => admitCertificate(turn, certificate))) return;
  if (view <= state.finalView || view > state.view + FUTURE_VIEWS) return;
  if (!turn.setting.rules.takesProposal((state.rounds.get(view)?.proposal ?? null) !== null)) return;
  turn.edit(view).proposal = { proposal, hash, verdict: "unasked" };
  holdBlock(turn, hash, proposal.block);
  turn.moved = true;
  if (view === state.view) state.leaderDeadlineMs = null;
}

/** The shell's answer about a block, wherever it is proposed. */
export function takeVerdict(turn: Turn, hash: Hash, verdict: Verdict): void {
  for (const [view, { proposal }] of turn.state.rounds)
    if (proposal !== null && proposal.hash === hash && proposal.verdict === "asked")
      turn.edit(view).proposal = { ...proposal, verdict };
}

/** A verdict that was not possible may be now. */
export function askAgain(turn: Turn): void {
  const held = turn.state.rounds.get(turn.state.view)?.proposal ?? null;
  if (held !== null && (held.verdict === "missing" || held.verdict === "asked"))
    turn.edit(turn.state.view).proposal = { ...held, verdict: "unasked" };
}

/** On the first proposal of the view: a vote for it, at most once, and not after giving the view up. */
export function judge(turn: Turn): void {
  const { state, setting } = turn;
  const { view } = state;
  const round = state.rounds.get(view);
  if (round === undefined || round.proposal === null) return;
  if (!turn.maySign(view) || !setting.rules.mayNotarize(round.own)) return;
  const { hash, proposal } = round.proposal;
  if (round.own.notarize?.block === hash) return;
  const opinion = weigh(turn, round.proposal);
  if (opinion === "provablyInvalid") castNullify(turn, view);
  if (opinion !== "valid") return;
  turn.persist({ kind: "block", block: proposal.block });
  castVote(turn, "notarize", view, hash);
}

type Opinion = "valid" | "provablyInvalid" | "wait";

function weigh(turn: Turn, held: HeldProposal): Opinion {
  const { state } = turn;
  const { proposal, hash } = held;
  if (!isInReach(state, proposal.block.header.height)) return "wait";
  const position = weighPosition(turn, proposal, hash);
  if (position !== "valid") return position;
  const standing = standingOf(state, hash);
  if (standing.kind === "elsewhere") return "provablyInvalid";
  if (standing.kind === "missing") return "wait";
  if (isRepeated(proposal)) return "valid";
  const content = weighHeader(turn, proposal);
  if (content !== "valid") return content;
  if (held.verdict === "unasked") {
    const parentHeader = headerOf(state, proposal.block.header.parent);
    turn.edit(proposal.view).proposal = { ...held, verdict: "asked" };
    turn.effects.push({ kind: "validate", hash, block: proposal.block, parentHeader });
    return "wait";
  }
  return held.verdict === "asked" || held.verdict === "missing" ? "wait" : held.verdict;
}

/** The last block of an epoch, not final yet, is all that may stand on it: it is proposed again and again. */
const isRepeated = ({ block, epoch, view }: Proposal): boolean =>
  block.header.lastOfEpoch && block.header.epoch === epoch && block.header.view < view;

/** The view whose certificate the proposal builds on must be certified, and all between nullified. */
function weighPosition(turn: Turn, proposal: Proposal, hash: Hash): Opinion {
  const { state } = turn;
  const { block, parentView, view } = proposal;
  if (!Number.isSafeInteger(parentView) || parentView < 0 || parentView >= view) return "provablyInvalid";
  if (parentView < state.finalView) return "provablyInvalid";
  const parent = isRepeated(proposal) ? hash : block.header.parent;
  const certified = parentView === state.finalView ? finalHash(state) : turn.certifiedBlock(parentView);
  if (certified === null) return "wait";
  if (certified !== parent) return "provablyInvalid";
  return gapsOf(turn, proposal).length === 0 ? "valid" : "wait";
}

/** Views between a proposal and its parent that are not known to be nullified, latest first. */
export function gapsOf(turn: Turn, { view, parentView }: Proposal): number[] {
  const gaps: number[] = [];
  for (let between = view - 1; between > Math.max(parentView, turn.state.finalView); between--)
    if (turn.setting.rules.isGap(turn.has("nullify", between))) gaps.push(between);
  return gaps;
}

function weighHeader(turn: Turn, { block }: Proposal): Opinion {
  const { state, setting } = turn;
  const { header } = block;
  const parent = headerOf(state, header.parent);
  const isStart = parent === null || parent.epoch !== state.epoch.number;
  if (header.epoch !== state.epoch.number || header.height !== heightOf(parent) + 1) return "provablyInvalid";
  if (!isStart && parent.lastOfEpoch) return "provablyInvalid";
  if (header.timeMs < (parent?.timeMs ?? 0)) return "provablyInvalid";
  const root = weighRoot(state, block.header, parent);
  if (root !== "valid") return root;
  return header.timeMs > state.nowMs + setting.timing.clockDriftMs ? "wait" : "valid";
}

/** The named root must be the one executed here; a root that is too old to be kept was compared before. */
function weighRoot(
  state: State,
  { height, stateRootHeight, stateRoot }: HeldProposal["proposal"]["block"]["header"],
  parent: HeldProposal["proposal"]["block"]["header"] | null,
): Opinion {
  const least = parent?.stateRootHeight ?? 0;
  if (stateRootHeight < least || stateRootHeight >= height) return "provablyInvalid";
  if (parent !== null && stateRootHeight === least)
    return stateRoot === parent.stateRoot ? "valid" : "provablyInvalid";
  if (stateRootHeight > state.executedHeight) return "wait";
  const own = state.roots.get(stateRootHeight);
  return own === undefined || own === stateRoot ? "valid" : "provablyInvalid";
}
