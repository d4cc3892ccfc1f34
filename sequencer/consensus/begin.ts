/** The beginning of an epoch, and of a node's life: from nothing, or from its log after a crash. */
import { holdBlock, openBlock } from "./chain.ts";
import { type Epoch, makeEpoch } from "./epoch.ts";
import { deliverUpTo } from "./finality.ts";
import type { Certificate, Hash, Peer } from "./messages.ts";
import type { LogRecord } from "./ports.ts";
import { beginSilence, carrySilence, restoreSilence } from "./silence.ts";
import { type Floor, isOpen, type Setting, type State } from "./state.ts";
import { type Step, settle } from "./step.ts";
import { deliverStart, isLater } from "./take-over.ts";
import { Turn } from "./turn.ts";
import { armTimers, enterView } from "./views.ts";

/** What the database says: the epoch, the last delivered block and how it became final. */
export interface Start {
  readonly epoch: Epoch;
  readonly floor: Floor;
  /** As delivered with the floor; 0 at the beginning of an epoch. */
  readonly finalView: number;
  /** As delivered with the floor. */
  readonly finalization: Certificate | null;
  /** Epochs from the floor's on that this one took over from; left out, none. */
  readonly unended?: readonly Epoch[];
  /** Of the floor, where it is of an epoch before. */
  readonly start?: Certificate | null;
  /** State roots that were executed, at least the one after the floor. */
  readonly roots: ReadonlyMap<number, Hash>;
  readonly nowMs: number;
  /** Seeds the choice of whom to ask; another one in each life, or old answers would break a silence. */
  readonly random: number;
}

/** What the log of a validator that never ran holds. Whoever writes this vouches that it never signed. */
export const bornLog = (epoch: number): readonly LogRecord[] => [{ kind: "begin", epoch }];

/** Goes on from a database and a log; null, or a log without a beginning, means that the log was lost. */
export function recover(setting: Setting, start: Start, log: readonly LogRecord[] | null): Step {
  const turn = new Turn(setting, stateAt(setting, start));
  const begins = (log ?? []).filter((record) => record.kind === "begin");
  if (!begins.some(({ epoch }) => epoch === start.epoch.number))
    turn.persist({ kind: "begin", epoch: start.epoch.number });
  if (begins.length === 0) beginSilence(turn);
  else replay(turn, log!);
  armTimers(turn);
  turn.state.retryAtMs = turn.state.nowMs + setting.timing.retryMs;
  settle(turn, null);
  return turn.end();
}

function stateAt(setting: Setting, start: Start): State {
  const { epoch, floor, finalView, finalization, unended = [], roots, nowMs, random } = start;
  return {
    epoch,
    self: epoch.validators.indexOf(setting.self),
    nowMs,
    view: finalView + 1,
    entry: finalization,
    leaderDeadlineMs: null,
    advanceDeadlineMs: null,
    retryAtMs: nowMs,
    rounds: new Map(),
    blocks: new Map(),
    floor,
    finalView,
    finalization,
    over: false,
    unended,
    start: start.start ?? null,
    building: null,
    roots,
    executedHeight: Math.max(...roots.keys()),
    claims: new Map(),
    silentThrough: 0,
    silence: null,
    silencedIn: null,
    asked: new Map(),
    random: random >>> 0 || 1,
    halted: null,
  };
}

/** Records of other epochs are of no use any more. */
function replay(turn: Turn, log: readonly LogRecord[]): void {
  const { state } = turn;
  const { number } = state.epoch;
  const certificates: Certificate[] = [];
  for (const record of log) {
    if (record.kind === "vote" && record.vote.epoch === number) {
      const { vote } = record;
      const round = turn.edit(vote.view);
      round.own = { ...round.own, [vote.kind]: vote };
      turn.setVote(vote);
    } else if (record.kind === "block") {
      const hash = openBlock(turn, record.block);
      if (hash !== undefined) holdBlock(turn, hash, record.block);
    } else if (record.kind === "certificate") {
      const { certificate } = record;
      if (certificate.epoch === number) certificates.push(certificate);
      else if (isOpen(state, certificate.epoch) && isLater(certificate, state.start) && certificate.block)
        state.start = certificate;
    }
  }
  for (const certificate of certificates) restore(turn, certificate);
  const { finalization } = state;
  if (finalization !== null && finalization.block !== state.floor.hash) deliverUpTo(turn, finalization);
  else if (state.start !== null) deliverStart(turn, state.start);
  const silent = log.findLast((record) => record.kind === "silent");
  if (silent !== undefined) restoreSilence(turn, silent.epoch, silent.through);
}

function restore(turn: Turn, certificate: Certificate): void {
  const { state } = turn;
  const { kind, view } = certificate;
  if (view >= state.view) enterView(turn, view + 1, certificate);
  if (view < state.finalView) return;
  const round = turn.edit(view);
  round.certificates = { ...round.certificates, [kind]: certificate };
  if (kind !== "finalize") return;
  state.finalView = view;
  state.finalization = certificate;
}

/** What of the log is still needed: a new log that holds this replaces the old one. */
export function recordsOf(state: State): LogRecord[] {
  const { epoch, rounds, finalView, finalization, start, entry, silentThrough, blocks } = state;
  const records: LogRecord[] = [{ kind: "begin", epoch: epoch.number }];
  if (silentThrough > 0) records.push({ kind: "silent", epoch: epoch.number, through: silentThrough });
  const certificates = new Set<Certificate>();
  for (const one of [start, finalization, entry]) if (one !== null) certificates.add(one);
  for (const block of blocks.values()) records.push({ kind: "block", block });
  for (const { view, own, certificates: held } of rounds.values()) {
    if (view <= finalView) continue;
    for (const one of [held.notarize, held.nullify]) if (one !== null) certificates.add(one);
    for (const vote of [own.notarize, own.nullify, own.finalize])
      if (vote !== null) records.push({ kind: "vote", vote });
  }
  for (const certificate of certificates) records.push({ kind: "certificate", certificate });
  return records;
}

/** The next epoch, on top of the last block of the one before. */
export function beginEpoch(turn: Turn, number: number, validators: readonly Peer[]): void {
  const { state, setting } = turn;
  if (!state.over || number !== state.epoch.number + 1) throw new Error(`epoch ${number} begins out of turn`);
  state.epoch = makeEpoch(number, validators);
  state.self = validators.indexOf(setting.self);
  state.over = false;
  turn.clearRounds();
  state.blocks = new Map();
  state.asked = new Map();
  state.start = state.finalization;
  state.finalView = 0;
  state.finalization = null;
  state.unended = [];
  turn.persist({ kind: "begin", epoch: number });
  carrySilence(turn);
  enterView(turn, 1, null);
}
