/** The leader's part: choosing a parent, asking for a payload, sending the block with its reasons. */
import { headerOf, heightOf, holdBlock, standingOf } from "./chain.ts";
import { MAX_CARRIED_CERTIFICATES, ROOT_LAG } from "./limits.ts";
import type { Block, Certificate, Hash, Header, Proposal } from "./messages.ts";
import type { Input } from "./ports.ts";
import { emptyRound, isInReach, type State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { leads } from "./views.ts";
import { countVote, signVote } from "./votes.ts";

export type ParentChoice =
  | { readonly kind: "found"; readonly view: number; readonly hash: Hash }
  /** Neither certified nor nullified here, as far as is known. */
  | { readonly kind: "unknownView"; readonly view: number }
  /** Certified, but it or an ancestor is not here. */
  | { readonly kind: "missingBlock"; readonly hash: Hash };

/** The highest certified block that is held, all views after it being nullified. */
export function chooseParent(turn: Turn): ParentChoice {
  const { state, setting } = turn;
  let missing: ParentChoice | null = null;
  for (let view = state.view - 1; view > state.finalView; view--) {
    const hash = turn.certifiedBlock(view);
    if (hash !== null) {
      const standing = standingOf(state, hash);
      if (standing.kind === "connected") return { kind: "found", view, hash };
      if (standing.kind === "missing") missing ??= { kind: "missingBlock", hash: standing.hash };
    }
    if (setting.rules.isGap(turn.has("nullify", view))) return missing ?? { kind: "unknownView", view };
  }
  const hash = finalHash(state);
  if (hash === state.floor.hash) return { kind: "found", view: state.finalView, hash };
  const standing = standingOf(state, hash);
  if (state.finalization === null && standing.kind === "connected") return { kind: "found", view: 0, hash };
  return { kind: "missingBlock", hash: standing.kind === "missing" ? standing.hash : hash };
}

/** What the epoch's chain has final, or begins on. */
export const finalHash = ({ finalization, start, floor }: State): Hash =>
  finalization?.block ?? start?.block ?? floor.hash;

/** As leader of the view, once: asks for a payload, or proposes the epoch's last block again. */
export function propose(turn: Turn): void {
  const { state, setting } = turn;
  if (!leads(state) || !turn.maySign(state.view)) return;
  if (state.building !== null) {
    askForEmpty(turn);
    return;
  }
  const round = state.rounds.get(state.view) ?? emptyRound(state.view);
  if (round.proposal !== null || !setting.rules.mayNotarize(round.own)) return;
  const parent = chooseParent(turn);
  if (parent.kind !== "found") return;
  const header = headerOf(state, parent.hash);
  if (!isInReach(state, heightOf(header) + 1)) return;
  if (header?.lastOfEpoch && header.epoch === state.epoch.number) {
    publish(turn, parent.hash, state.blocks.get(parent.hash)!, parent.view);
    return;
  }
  const emptyAtMs = state.nowMs + setting.timing.heartbeatMs;
  const { view } = state;
  state.building = { view, parent: parent.hash, parentView: parent.view, parentHeader: header, emptyAtMs };
  build(turn, false);
}

/** Idle leaders propose an empty block once per heartbeat: time goes on, and so does finality. */
function askForEmpty(turn: Turn): void {
  const { state } = turn;
  const building = state.building!;
  if (building.emptyAtMs === null || building.emptyAtMs > state.nowMs) return;
  state.building = { ...building, emptyAtMs: null };
  build(turn, true);
}

function build(turn: Turn, empty: boolean): void {
  const { view, parent, parentHeader } = turn.state.building!;
  turn.effects.push({ kind: "build", view, parent, parentHeader, empty });
}

/** The payload came; too late if the view or the parent is another one now. */
export function takeBuilt(turn: Turn, built: Extract<Input, { kind: "built" }>): void {
  const { state, setting } = turn;
  const { building } = state;
  if (building === null || building.view !== built.view || building.parent !== built.parent) return;
  const round = state.rounds.get(state.view) ?? emptyRound(state.view);
  if (round.proposal !== null || !turn.maySign(state.view) || !setting.rules.mayNotarize(round.own)) return;
  const parent = building.parentHeader;
  const header: Header = {
    epoch: state.epoch.number,
    view: built.view,
    height: heightOf(parent) + 1,
    parent: built.parent,
    timeMs: Math.max(state.nowMs, parent?.timeMs ?? 0),
    ...claimedRoot(state, parent),
    payloadHash: setting.hashPayload(built.payload),
    lastOfEpoch: built.lastOfEpoch,
  };
  const block: Block = { header, payload: built.payload };
  state.building = null;
  publish(turn, setting.hashHeader(header), block, building.parentView);
}

/** A root that others have had the time to compute as well, never an older one than the parent's. */
function claimedRoot(state: State, parent: Header | null): Pick<Header, "stateRootHeight" | "stateRoot"> {
  const height = Math.max(0, state.executedHeight - ROOT_LAG);
  const root = state.roots.get(height);
  if (root !== undefined && (parent === null || height > parent.stateRootHeight))
    return { stateRootHeight: height, stateRoot: root };
  if (parent === null) throw new Error("the state root before the first block is not known");
  return { stateRootHeight: parent.stateRootHeight, stateRoot: parent.stateRoot };
}

/** The block and the own vote for it are on disk before anybody sees them. */
function publish(turn: Turn, hash: Hash, block: Block, parentView: number): void {
  const { state } = turn;
  const { view } = state;
  turn.persist({ kind: "block", block });
  const vote = signVote(turn, "notarize", view, hash);
  const certificates = reasonsFor(turn, parentView, view);
  const proposal: Proposal = { epoch: state.epoch.number, view, block, parentView, certificates, vote };
  turn.edit(view).proposal = { proposal, hash, verdict: "valid" };
  holdBlock(turn, hash, block);
  state.leaderDeadlineMs = null;
  turn.broadcast({ kind: "proposal", proposal });
  countVote(turn, vote);
}

/** The parent's certificate, then the nullifications after it, latest first. */
function reasonsFor(turn: Turn, parentView: number, view: number): Certificate[] {
  const { rounds, finalization, start, finalView } = turn.state;
  const parent = rounds.get(parentView)?.certificates;
  const certificates: Certificate[] = [];
  const certified =
    parentView === finalView ? (finalization ?? start) : (parent?.finalize ?? parent?.notarize ?? null);
  if (certified !== null) certificates.push(certified);
  for (let at = view - 1; at > parentView && certificates.length < MAX_CARRIED_CERTIFICATES; at--) {
    const nullification = rounds.get(at)?.certificates.nullify ?? null;
    if (nullification !== null) certificates.push(nullification);
  }
  return certificates;
}

/** The own proposal of a view once more, also after a restart; undefined if it cannot be explained any more. */
export function ownProposal(turn: Turn, view: number): Proposal | undefined {
  const { state } = turn;
  const round = state.rounds.get(view);
  const vote = round?.own.notarize ?? null;
  if (round === undefined || vote === null) return undefined;
  if (round.proposal !== null) return round.proposal.proposal;
  const block = state.blocks.get(vote.block!);
  if (block === undefined) return undefined;
  const parent = block.header.view === view ? block.header.parent : vote.block;
  for (let at = view - 1; at >= state.finalView; at--) {
    const certified = at === state.finalView ? finalHash(state) : turn.certifiedBlock(at);
    if (certified !== parent) continue;
    const certificates = reasonsFor(turn, at, view);
    return { epoch: state.epoch.number, view, block, parentView: at, certificates, vote };
  }
  return undefined;
}
