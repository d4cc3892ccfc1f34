/**
 * An epoch that takes over from one that did not end: too many of that one's validators are gone, and L1 named others.
 *
 * Where it begins is agreed on like everything else, by its first block. Leaders build it on the latest block of the
 * epochs before that has a certificate, notarization or finalization, and show that; a validator votes for a first block
 * only on the latest that it has seen itself, and takes over a later one when it is shown it. So everybody comes to the
 * same, because what has a certificate can be shown and nothing else can. Therefore an epoch keeps the certificate of the
 * block that it begins on until something of its own is final: another node may have seen less than the end of the one before.
 *
 * What was final before stays so, if an honest validator that finalized it is among the first quorum here: it has
 * seen that block's notarization, so it votes for a certified block of that view or a later one, which stands on that
 * block (see Agreement in step.ts; where more than f of the epoch before are liars, that says nothing, as always).
 * For this, whoever took over signs nothing of earlier epochs any more. Of f liars here none can make the others begin
 * lower than they have seen, nor higher than a quorum of the epoch before has certified.
 *
 * Within the epoch all is as ever: a first block in a later view needs nullifications of all views before, so of two
 * first blocks at most one is final.
 */
import { isSignedByQuorum } from "./certificates.ts";
import { standingOf } from "./chain.ts";
import type { Epoch } from "./epoch.ts";
import { deliverUpTo } from "./finality.ts";
import type { Certificate } from "./messages.ts";
import { beginSilence } from "./silence.ts";
import type { State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { enterView } from "./views.ts";

/** `unended` are the epochs from the present one on: with those that it took over from, all since the floor. */
export function takeOver(turn: Turn, epoch: Epoch, unended: readonly Epoch[]): void {
  const { state, setting } = turn;
  const left = state.epoch.number;
  if (epoch.number <= left) throw new Error(`epoch ${epoch.number} takes over from epoch ${left}`);
  const start = latestCertificate(state);
  state.epoch = epoch;
  state.self = epoch.validators.indexOf(setting.self);
  state.over = false;
  turn.clearRounds();
  state.asked = new Map();
  state.finalView = 0;
  state.finalization = null;
  state.unended = [...state.unended, ...unended.filter(({ number }) => !isOpenBefore(state, number))];
  state.start = start;
  turn.persist({ kind: "begin", epoch: epoch.number });
  if (start !== null) turn.persist({ kind: "certificate", certificate: start });
  quieten(turn, left);
  enterView(turn, 1, null);
}

const isOpenBefore = ({ unended }: State, number: number): boolean =>
  unended.some((before) => before.number === number);

/** Who was silent in the epoch before may have been further in an earlier life: it asks once more. */
function quieten(turn: Turn, left: number): void {
  const { state } = turn;
  const wasSilent = state.silence !== null || state.silencedIn === left;
  state.silentThrough = 0;
  state.silencedIn = null;
  if (wasSilent) beginSilence(turn);
}

/** What is known to be certified last. */
function latestCertificate({ rounds, finalization, start }: State): Certificate | null {
  let latest = isLater(finalization, start) ? finalization : start;
  for (const { certificates } of rounds.values())
    for (const one of [certificates.notarize, certificates.finalize]) if (isLater(one, latest)) latest = one;
  return latest;
}

export function isLater(one: Certificate | null, other: Certificate | null): boolean {
  if (one === null || other === null) return one !== null;
  if (one.epoch !== other.epoch) return one.epoch > other.epoch;
  return one.view > other.view || (one.view === other.view && isFinal(one) && !isFinal(other));
}

const isFinal = ({ kind }: Certificate): boolean => kind === "finalize";

/** A certificate of an epoch that did not end. False if it is a forgery. */
export function admitStart(turn: Turn, certificate: Certificate): boolean {
  const { state } = turn;
  if (certificate.kind === "nullify" || !isLater(certificate, state.start)) return true;
  if (!verifyStart(turn, certificate)) return false;
  state.start = certificate;
  if (state.building?.parentView === 0) state.building = null;
  turn.moved = true;
  turn.persist({ kind: "certificate", certificate });
  deliverStart(turn, certificate);
  return true;
}

export function verifyStart(turn: Turn, certificate: Certificate): boolean {
  const { state, setting } = turn;
  const of = state.unended.find(({ number }) => number === certificate.epoch);
  const isGood = of !== undefined && isSignedByQuorum(setting, of, certificate);
  if (of !== undefined && !isGood) turn.foundForgery = true;
  return isGood;
}

/** What a set before this one made final is final. */
export function deliverStart(turn: Turn, certificate: Certificate): void {
  if (!isFinal(certificate) || turn.state.floor.hash === certificate.block) return;
  if (standingOf(turn.state, certificate.block!).kind !== "missing") deliverUpTo(turn, certificate);
}

/** Where the chain has to be known up to before this node can do anything, and is not. */
export function missesStart(state: State): boolean {
  const { start } = state;
  return start !== null && standingOf(state, start.block!).kind !== "connected";
}
