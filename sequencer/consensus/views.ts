/** Entering views, and the timers inside them. */
import { leaderOf } from "./epoch.ts";
import { MAX_OPEN_VIEWS, MAX_TIMER_FACTOR } from "./limits.ts";
import type { Certificate } from "./messages.ts";
import { repeatAndAsk } from "./resolver.ts";
import { askStatus } from "./silence.ts";
import type { State } from "./state.ts";
import type { Turn } from "./turn.ts";
import { castNullify } from "./votes.ts";

/** Enter a view when the one before, or a later one, has a certificate of any kind. */
export function enterView(turn: Turn, view: number, entry: Certificate | null): void {
  const { state, setting } = turn;
  if (entry !== null && entry.kind !== "finalize" && view > state.finalView + MAX_OPEN_VIEWS) return;
  state.view = view;
  state.entry = entry;
  state.building = null;
  turn.moved = true;
  armTimers(turn);
  state.retryAtMs = state.nowMs + setting.timing.retryMs;
}

/** Leader timer 2D, advance timer 3D, and in both the heartbeat that an idle leader waits. */
export function armTimers(turn: Turn): void {
  const { state, setting } = turn;
  const { heartbeatMs } = setting.timing;
  const delayMs = setting.timing.delayMs * timerFactor(state);
  const held = (state.rounds.get(state.view)?.proposal ?? null) !== null;
  state.leaderDeadlineMs = held ? null : state.nowMs + 2 * delayMs + heartbeatMs;
  state.advanceDeadlineMs = state.nowMs + 3 * delayMs + heartbeatMs;
}

/** One while every leader has had at most one failing turn; then timers grow, in case that D was chosen too short. */
function timerFactor({ view, finalView, epoch }: State): number {
  return Math.min(MAX_TIMER_FACTOR, Math.max(1, (view - 1 - finalView) / epoch.validators.length));
}

export const leads = ({ epoch, view, self }: State): boolean => leaderOf(epoch, view) === self;

/** What is due now. */
export function runTimers(turn: Turn): void {
  const { state, setting } = turn;
  const isDue = (at: number | null): boolean => at !== null && at <= state.nowMs;
  if (isDue(state.leaderDeadlineMs) || isDue(state.advanceDeadlineMs)) {
    const { view } = state;
    state.leaderDeadlineMs = null;
    if (isDue(state.advanceDeadlineMs)) state.advanceDeadlineMs = null;
    castNullify(turn, view);
  }
  if (isDue(state.retryAtMs)) {
    state.retryAtMs = state.nowMs + setting.timing.retryMs;
    if (state.silence !== null) askStatus(turn);
    repeatAndAsk(turn);
  }
}
