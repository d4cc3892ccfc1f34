/** What a peer did wrong, what it weighs, and when it is enough. */
import type { Clock } from "../node/settings.ts";
import { CUT_SCORE, FORGIVEN_PER_SECOND, MAX_CUT_MS, MAX_CUTS, MIN_CUT_MS } from "./limits.ts";

/** Points by offence; `CUT_SCORE` points cut a peer off. */
export const OFFENCES = {
  /** The stream cannot be read on. */
  unknownLane: CUT_SCORE,
  oversizedFrame: CUT_SCORE,
  /** A frame that does not decode: an honest node sends none, but versions differ. */
  undecodable: 40,
  /** A frame that began and did not end in time. */
  slowFrame: 40,
  /** A vote or a request whose signature is not what it claims; found by whoever checks it. */
  invalidSignature: 20,
  /** A certificate without its quorum, or a block with another's payload; found by consensus. */
  forgedMessage: 20,
  /** New connections without end. */
  tooManyConnections: 10,
  /** One frame beyond the budget; it was not decoded. */
  overBudget: 1,
  /** A reader sent what only validators send. One of the next set does so too until this node has seen the set on L1. */
  notAllowed: 1,
} as const;
export type Offence = keyof typeof OFFENCES;

export class Conduct {
  readonly counts = Object.fromEntries(Object.keys(OFFENCES).map((kind) => [kind, 0])) as Record<
    Offence,
    number
  >;
  private readonly clock: Clock;
  private points = 0;
  private atMs: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.atMs = clock.nowMs();
  }

  get score(): number {
    const nowMs = this.clock.nowMs();
    const forgiven = (Math.max(0, nowMs - this.atMs) / 1000) * FORGIVEN_PER_SECOND;
    this.points = Math.max(0, this.points - forgiven);
    this.atMs = nowMs;
    return this.points;
  }

  /** True when it was enough; then the account begins anew. */
  add(offence: Offence): boolean {
    this.counts[offence] += 1;
    this.points = this.score + OFFENCES[offence];
    if (this.points < CUT_SCORE) return false;
    this.points = 0;
    return true;
  }
}

interface Cut {
  readonly untilMs: number;
  readonly times: number;
}

/** Who is cut off until when. */
export class CutList {
  private readonly cuts = new Map<string, Cut>();
  private readonly clock: Clock;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** Returns for how long: longer each time, from the beginning again after a good stretch of the longest. */
  add(id: string): number {
    const nowMs = this.clock.nowMs();
    const last = this.cuts.get(id);
    const times = last === undefined || nowMs > last.untilMs + MAX_CUT_MS ? 1 : last.times + 1;
    const durationMs = Math.min(MIN_CUT_MS * 2 ** Math.min(times - 1, 20), MAX_CUT_MS);
    this.cuts.delete(id);
    this.cuts.set(id, { untilMs: nowMs + durationMs, times });
    const [oldest] = this.cuts.keys();
    if (this.cuts.size > MAX_CUTS && oldest !== undefined) this.cuts.delete(oldest);
    return durationMs;
  }

  /** 0 for who is not cut off. */
  leftMs(id: string): number {
    return Math.max(0, (this.cuts.get(id)?.untilMs ?? 0) - this.clock.nowMs());
  }
}
