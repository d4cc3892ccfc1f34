/**
 * A validator's own view of prices: asks several sources per market, keeps what each said last, and reports the median
 * of what is recent. One source that fails, lags or lies does not make the report.
 */
import type { Ticks } from "../exchange/state.ts";
import { MAX_OBSERVATION_AGE_MS, MAX_SOURCES } from "./limits.ts";
import { lowerMedian } from "./median.ts";
import type { Report } from "./report.ts";
import { isFault, type PriceSource, type SourceFault } from "./source.ts";

export interface MarketSources {
  readonly sources: readonly PriceSource[];
  /** Sources that must have a recent price, or there is none to report; a majority is wise. */
  readonly atLeast: number;
}

/** What a source said last. */
interface Observation {
  readonly price: Ticks;
  readonly atMs: number;
}

export type FaultListener = (fault: {
  readonly market: number;
  readonly source: string;
  readonly fault: SourceFault;
}) => void;

interface Watched {
  readonly source: PriceSource;
  last: Observation | null;
  /** Asked and not answered yet: a slow source is not asked twice. */
  asked: boolean;
}

export class PriceReporter {
  private readonly markets: readonly { readonly atLeast: number; readonly watched: readonly Watched[] }[];
  private readonly nowMs: () => number;
  private readonly onFault: FaultListener;

  constructor(
    markets: readonly MarketSources[],
    nowMs: () => number,
    onFault: FaultListener = () => undefined,
  ) {
    for (const { sources, atLeast } of markets) {
      if (sources.length > MAX_SOURCES) throw new RangeError(`at most ${MAX_SOURCES} sources for a market`);
      if (!Number.isInteger(atLeast) || atLeast < 1 || atLeast > sources.length)
        throw new RangeError(`a price of at least ${atLeast} among ${sources.length} sources`);
    }
    this.markets = markets.map(({ sources, atLeast }) => ({
      atLeast,
      watched: sources.map((source) => ({ source, last: null, asked: false })),
    }));
    this.nowMs = nowMs;
    this.onFault = onFault;
  }

  /** Asks every source that is not being asked already; resolves when these have answered. */
  async poll(): Promise<void> {
    await Promise.all(
      this.markets.flatMap(({ watched }, market) =>
        watched.filter(({ asked }) => !asked).map((one) => this.ask(market, one)),
      ),
    );
  }

  /** The prices of this moment; to be signed. */
  report(): Report {
    const timeMs = this.nowMs();
    const prices = this.markets.map(({ atLeast, watched }) => {
      const recent = watched.flatMap(({ last }) =>
        last !== null && timeMs - last.atMs <= MAX_OBSERVATION_AGE_MS ? [last.price] : [],
      );
      return recent.length < atLeast ? null : lowerMedian(recent)!;
    });
    return { timeMs, prices };
  }

  private async ask(market: number, watched: Watched): Promise<void> {
    const { source } = watched;
    // As old as the question: the answer may have been on its way for long.
    const atMs = this.nowMs();
    watched.asked = true;
    try {
      const answer = await source.read(atMs);
      if (isFault(answer)) this.onFault({ market, source: source.name, fault: answer.fault });
      else watched.last = { price: answer.price, atMs };
    } finally {
      watched.asked = false;
    }
  }
}
