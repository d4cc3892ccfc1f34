/**
 * The tick that a final block brings, from its time and its price reports and from the state it meets. Every node
 * derives the same one; the leader has no say but for the choice of reports, of which a quorum's are needed.
 */
import type { Exchange } from "../exchange/exchange.ts";
import { TIME_BITS } from "../exchange/limits.ts";
import type { Seconds } from "../exchange/state.ts";
import type { Tick } from "../exchange/word.ts";
import { medianPrices } from "../oracle/median.ts";
import { moveTowards } from "../oracle/move.ts";
import type { Report } from "../oracle/report.ts";

export interface TickRules {
  /** Between ticks: each is a step that somebody proves, and prices between them serve nobody. */
  readonly tickSeconds: Seconds;
  /** Validators whose prices make a median. */
  readonly quorum: number;
}

/** Without reports the clock moves by itself only after twice the time: one bad leader must not cost all a price. */
const PATIENCE = 2;

/** Null when none is due. The machine accepts every tick that is made here. */
export function blockTick(
  { machine, markets }: Pick<Exchange, "machine" | "markets">,
  block: { readonly timeMs: number; readonly reports: readonly Report[] },
  { tickSeconds, quorum }: TickRules,
): Tick | null {
  const time = Math.floor(block.timeMs / 1000);
  const elapsed = time - machine.time;
  const wanted = block.reports.length === 0 ? PATIENCE * tickSeconds : tickSeconds;
  if (elapsed < Math.max(1, wanted) || time >= 2 ** TIME_BITS) return null;
  const medians = medianPrices(block.reports, markets.length, quorum);
  const deltas = markets.map((market, m) => {
    const median = medians[m]!;
    return median === null ? null : moveTowards(market, median, elapsed);
  });
  return { time, deltas };
}
