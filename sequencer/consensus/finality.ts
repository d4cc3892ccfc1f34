/** Handing out final blocks in order, and noticing that this node computes something else than the others. */
import { standingOf, stretchTo } from "./chain.ts";
import { EVIDENCE_VIEWS, ROOTS_KEPT } from "./limits.ts";
import type { Block, Certificate, Hash, Header } from "./messages.ts";
import { isInReach } from "./state.ts";
import type { Turn } from "./turn.ts";

/** Delivers everything up to the block of a finalization, if all of it is here, as far as execution is near enough. */
export function deliverUpTo(turn: Turn, finalization: Certificate): void {
  const { state } = turn;
  const hash = finalization.block!;
  const standing = standingOf(state, hash);
  if (standing.kind === "elsewhere") {
    turn.halt({ code: "conflictingFinality", certificate: finalization });
    return;
  }
  if (standing.kind === "connected")
    for (const { hash: at, block } of stretchTo(state, hash)) {
      if (!isInReach(state, block.header.height)) break;
      deliver(turn, at, block, finalization);
    }
  forget(turn);
}

function deliver(turn: Turn, hash: Hash, block: Block, by: Certificate): void {
  const { state } = turn;
  const { header } = block;
  const own = state.rounds.get(header.view)?.certificates.finalize ?? null;
  const finalization = by.block === hash ? by : own?.block === hash ? own : null;
  state.floor = { hash, height: header.height, header };
  turn.moved = true;
  const finalView = by.block === hash ? by.view : header.view;
  turn.effects.push({ kind: "deliver", hash, block, finalView, finalization });
  checkClaim(turn, header);
  if (header.epoch !== state.epoch.number) return;
  state.unended = [];
  state.start = null;
  if (!header.lastOfEpoch) return;
  state.over = true;
  turn.effects.push({ kind: "epochEnded", epoch: state.epoch.number, hash });
}

/**
 * Rounds too old to be evidence; blocks at or below the floor, and those of such rounds: who is that far behind
 * finality gets final blocks by height (resolver.ts).
 */
function forget(turn: Turn): void {
  const { state } = turn;
  const first = state.finalView - EVIDENCE_VIEWS + 1;
  const isKept = ({ header }: Block): boolean =>
    header.height > state.floor.height && (header.view >= first || header.epoch !== state.epoch.number);
  const kept = [...state.blocks].filter(([, block]) => isKept(block));
  if (kept.length < state.blocks.size) state.blocks = new Map(kept);
  turn.keepRounds(first);
}

/** What is known to be final may have been waiting for blocks, or for execution. */
export function deliverHeld(turn: Turn): void {
  const { finalization, floor } = turn.state;
  if (finalization !== null && finalization.block !== floor.hash) deliverUpTo(turn, finalization);
}

/** A final header's root must be the one executed here, if that is known yet. */
function checkClaim(turn: Turn, { stateRootHeight, stateRoot }: Header): void {
  const { state } = turn;
  if (stateRootHeight > state.executedHeight)
    state.claims = bounded(new Map(state.claims).set(stateRootHeight, stateRoot));
  else compareRoots(turn, stateRootHeight, stateRoot, state.roots.get(stateRootHeight));
}

/** The shell executed a delivered block. */
export function noteExecuted(turn: Turn, height: number, stateRoot: Hash): void {
  const { state } = turn;
  state.roots = bounded(new Map(state.roots).set(height, stateRoot));
  state.executedHeight = Math.max(state.executedHeight, height);
  const { finalization, floor } = state;
  if (finalization !== null && finalization.block !== floor.hash) {
    turn.moved = true;
    deliverHeld(turn);
  }
  const claimed = state.claims.get(height);
  if (claimed === undefined) return;
  const claims = new Map(state.claims);
  claims.delete(height);
  state.claims = claims;
  compareRoots(turn, height, claimed, stateRoot);
}

/** An own root that is too old to be kept was compared when others named it first. */
function compareRoots(turn: Turn, height: number, final: Hash, own: Hash | undefined): void {
  if (own !== undefined && own !== final) turn.halt({ code: "stateRootDiverged", height, final, own });
}

function bounded(byHeight: Map<number, Hash>): Map<number, Hash> {
  if (byHeight.size > ROOTS_KEPT) byHeight.delete(Math.min(...byHeight.keys()));
  return byHeight;
}
