/**
 * Simplex consensus (Chan and Pass, TCC 2023) as a pure function: `step(setting, state, input)`.
 *
 * n validators, at most f = floor((n - 1) / 3) of them faulty, quorum q = n - f: two quorums share an honest one. Time
 * runs in views; each has a leader, by rotation. D is the longest that a message takes once the network is well.
 *
 * THE PROTOCOL
 *
 * On entering view v: start a leader timer of 2D and an advance timer of 3D (both a heartbeat longer). As leader, extend the highest
 * certified block that is held and after which every view is nullified; send the block with these certificates.
 *
 * On receiving the first proposal of the current view from its leader: once the parent is certified, the views
 * between are nullified, all ancestors are here and the block is valid, vote notarize - at most once, and not after
 * an own nullify. If it is provably invalid, vote nullify. If something is missing, wait and ask for it.
 *
 * On a timer's end: vote nullify, unless finalize was voted in this view.
 *
 * On receiving a quorum of notarize votes for a block of view v: make the notarization, send it to all, vote finalize
 * unless nullify was voted in v, and enter v + 1.
 *
 * On receiving a quorum of nullify votes of v: make the nullification, send it to all, enter v + 1.
 *
 * On receiving a quorum of finalize votes for a block: it and all its ancestors are final; send the finalization to
 * all, deliver them in order, enter v + 1.
 *
 * While stuck in a view: repeat the own votes and the certificate that led here, and ask others for certificates by
 * view, and for blocks by hash.
 *
 * Before any vote leaves, it is on disk; before a notarize vote leaves, so is its block.
 *
 * Once a block that ends the epoch is final, the next epoch begins at view 1 on top of it, with its own validators. Until
 * it is final nothing may stand on it, and leaders propose that same block again. An epoch that cannot end any more
 * is taken over from: take-over.ts has how, and why that is safe.
 *
 * DEVIATIONS FROM THE PAPER
 *
 * - A proposal is the leader's own notarize vote with the block: leaders sign nothing else, and two proposals are two
 *   votes, which the registry slashes for.
 * - Views that fail are not dummy blocks in the chain, and heights do not count them; views are numbered apart.
 * - The paper relays every message. Here a node sends on what it put together and what led it on; the rest is
 *   asked for. Certificates for a later view lead there at once.
 * - Two timers instead of one: who hears nothing from the leader gives up after 2D. Timers grow while views fail.
 * - An idle leader waits a heartbeat before it proposes an empty block.
 * - Headers name the state root of an earlier height (deferred execution): hashing is not on the path of a vote.
 *
 * PROPERTIES
 *
 * Agreement. No two honest nodes deliver different blocks at a height. If b of view v is final, some honest
 * validator of any quorum voted finalize in v, hence not nullify: v has no nullification, and no other notarization.
 * A block certified later names a certified parent and nullifications for all between, so it stands on b.
 *
 * No false accusation. No honest validator signs two notarize or two finalize for different blocks of a view, or
 * finalize and nullify: what it signed was on disk before it left, and who lost that stays silent (silence.ts).
 *
 * Liveness. After the network is well, an honest leader's view is entered by all within D, its block certified and
 * final within 3D more: within f + 1 views, each over after 3D at most.
 */

import { beginEpoch } from "./begin.ts";
import { admitCertificate } from "./certificates.ts";
import { noteExecuted } from "./finality.ts";
import { judge, takeProposal, takeVerdict } from "./judge.ts";
import type { Message, Peer } from "./messages.ts";
import type { Effect, Input } from "./ports.ts";
import { propose, takeBuilt } from "./propose.ts";
import { askUrgently } from "./resolver.ts";
import {
  answerBlocks,
  answerCertificates,
  answerChain,
  takeBlocks,
  takeCertificates,
  takeChain,
} from "./serve.ts";
import { answerStatus, takeStatus } from "./silence.ts";
import type { Setting, State } from "./state.ts";
import { takeOver } from "./take-over.ts";
import { Turn } from "./turn.ts";
import { runTimers } from "./views.ts";
import { countVote } from "./votes.ts";

export interface Step {
  readonly state: State;
  readonly effects: readonly Effect[];
}

export function step(setting: Setting, state: State, input: Input): Step {
  if (state.halted !== null) return { state, effects: [] };
  const turn = new Turn(setting, state);
  takeInput(turn, input);
  if (turn.foundForgery && input.kind === "message")
    turn.effects.push({ kind: "misconduct", peer: input.from });
  settle(turn, input.kind === "message" ? input.from : null);
  return turn.end();
}

function takeInput(turn: Turn, input: Input): void {
  switch (input.kind) {
    case "clock":
      turn.state.nowMs = Math.max(turn.state.nowMs, input.nowMs);
      if (!turn.state.over) runTimers(turn);
      return;
    case "message":
      takeMessage(turn, input.from, input.message);
      return;
    case "built":
      takeBuilt(turn, input);
      return;
    case "verdict":
      takeVerdict(turn, input.hash, input.verdict);
      return;
    case "executed":
      noteExecuted(turn, input.height, input.stateRoot);
      return;
    case "epoch":
      beginEpoch(turn, input.number, input.validators);
      return;
    case "takeOver":
      takeOver(turn, input.epoch, input.unended);
      return;
  }
}

function takeMessage(turn: Turn, from: Peer, message: Message): void {
  switch (message.kind) {
    case "certificateRequest":
      answerCertificates(turn, from, message);
      return;
    case "blockRequest":
      answerBlocks(turn, from, message.hashes);
      return;
    case "chainRequest":
      answerChain(turn, from, message.fromHeight);
      return;
    case "statusRequest":
      answerStatus(turn, from, message.epoch, message.nonce);
      return;
    default:
      if (!turn.state.over) takeNews(turn, from, message);
  }
}

function takeNews(turn: Turn, from: Peer, message: Message): void {
  switch (message.kind) {
    case "vote":
      countVote(turn, message.vote);
      return;
    case "certificate":
      admitCertificate(turn, message.certificate);
      return;
    case "proposal":
      takeProposal(turn, message.proposal);
      return;
    case "certificates":
      takeCertificates(turn, message.certificates);
      return;
    case "blocks":
      takeBlocks(turn, message.blocks);
      return;
    case "chain":
      takeChain(turn, message.blocks, message.finalization);
      return;
    case "status":
      takeStatus(turn, from, message);
  }
}

/** Proposes and votes as far as it goes now, then asks for what stands in the way. */
export function settle(turn: Turn, from: Peer | null): void {
  for (let view = -1; view !== turn.state.view && turn.state.halted === null; ) {
    view = turn.state.view;
    propose(turn);
    judge(turn);
  }
  if (turn.moved && turn.state.halted === null) askUrgently(turn, from);
}
