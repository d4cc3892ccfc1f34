/**
 * A node that lost its log does not know what it signed, and a second, different vote would cost its stake. It asks
 * the others where they are, under a number drawn for this question, and signs nothing in views that an earlier
 * life may have reached.
 *
 * If that life voted in view V, a quorum had voted in V - 1; of these all but f are honest and remember. A node that
 * lost its log is one of the f, so a quorum of others can answer, and among any quorum of answers is one of those that
 * voted in V - 1: with B the highest view of the answers, V <= B + 1. An answer proves its view by the
 * certificate that led there, so a liar cannot make the silence longer. The earlier life may also have been the first
 * to enter the next epoch, hence view 1 of that is left out too; who answers from there is not counted here, and
 * the question is put again there.
 */
import { verifyCertificate } from "./certificates.ts";
import type { Peer, Status } from "./messages.ts";
import { isOpen } from "./state.ts";
import type { Turn } from "./turn.ts";

/** No view is above this one. */
export const ALL_VIEWS = Number.MAX_SAFE_INTEGER;

export function beginSilence(turn: Turn): void {
  const { state } = turn;
  state.silentThrough = ALL_VIEWS;
  state.silence = { nonce: turn.random(2 ** 32), views: new Map() };
  turn.persist({ kind: "silent", epoch: state.epoch.number, through: ALL_VIEWS });
  askStatus(turn);
}

export function askStatus(turn: Turn): void {
  const { silence, epoch } = turn.state;
  if (silence !== null) turn.broadcast({ kind: "statusRequest", epoch: epoch.number, nonce: silence.nonce });
}

/** Only who remembers everything answers. */
export function answerStatus(turn: Turn, from: Peer, epoch: number, nonce: number): void {
  const { state } = turn;
  if (epoch !== state.epoch.number || state.self < 0 || state.view <= state.silentThrough) return;
  if (state.entry === null && state.view > 1) return;
  turn.send(from, { kind: "status", epoch, nonce, certificate: state.entry });
}

export function takeStatus(turn: Turn, from: Peer, { epoch, nonce, certificate }: Status): void {
  const { state } = turn;
  const { silence } = state;
  if (silence === null || epoch !== state.epoch.number || nonce !== silence.nonce) return;
  const index = state.epoch.validators.indexOf(from);
  if (index < 0 || index === state.self) return;
  if (certificate !== null && !verifyCertificate(turn, certificate)) return;
  const views = new Map(silence.views).set(from, certificate === null ? 1 : certificate.view + 1);
  state.silence = { ...silence, views };
  if (views.size >= turn.quorum) breakSilence(turn, Math.max(...views.values()) + 1);
}

function breakSilence(turn: Turn, through: number): void {
  const { state } = turn;
  state.silence = null;
  state.silentThrough = through;
  state.silencedIn = state.epoch.number;
  turn.persist({ kind: "silent", epoch: state.epoch.number, through });
}

/** What the log says of it, which may be of an earlier epoch than the database has reached. */
export function restoreSilence(turn: Turn, epoch: number, through: number): void {
  const { state } = turn;
  const { number } = state.epoch;
  if (through === ALL_VIEWS) {
    beginSilence(turn);
  } else if (epoch === number) {
    state.silentThrough = through;
    state.silencedIn = through > 1 ? epoch : null;
  } else if (epoch === number - 1 && !isOpen(state, epoch) && through > 1) {
    state.silencedIn = epoch;
    carrySilence(turn);
  } else if (epoch < number && isOpen(state, epoch) && through > 1) {
    beginSilence(turn);
  }
}

/** In the next epoch: the question again if it is open, view 1 left out if it was answered in the epoch before. */
export function carrySilence(turn: Turn): void {
  const { state } = turn;
  if (state.silence !== null) {
    beginSilence(turn);
    return;
  }
  const followsSilence = state.silencedIn === state.epoch.number - 1;
  state.silentThrough = followsSilence ? 1 : 0;
  state.silencedIn = null;
  if (followsSilence) turn.persist({ kind: "silent", epoch: state.epoch.number, through: 1 });
}
