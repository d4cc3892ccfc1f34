/**
 * One price per market from many reports. With at least q = n - f prices, of which at most f are faulty, the median
 * lies between two honest ones. The lower of the two in the middle when their number is even: nothing is rounded.
 */
import type { Ticks } from "../exchange/state.ts";
import type { Report, SignedReport } from "./report.ts";

export function lowerMedian(prices: readonly Ticks[]): Ticks | undefined {
  const sorted = [...prices].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1];
}

/** By market; null where fewer than a quorum have a price: the market gets no fresh one. */
export function medianPrices(reports: readonly Report[], markets: number, quorum: number): (Ticks | null)[] {
  return Array.from({ length: markets }, (_, market) => {
    const prices = reports.map((report) => report.prices[market] ?? null).filter((price) => price !== null);
    return prices.length < Math.max(1, quorum) ? null : lowerMedian(prices)!;
  });
}

export interface Deviation {
  /** Index in the epoch's validators. */
  readonly signer: number;
  readonly market: number;
  /** Millionths of the median, signed: positive reports more. */
  readonly partsPerMillion: number;
}

/** How far each report lies from the medians; for people to look at, no rule depends on it. */
export function deviations(
  reports: readonly SignedReport[],
  medians: readonly (Ticks | null)[],
): Deviation[] {
  return reports.flatMap(({ signer, prices }) =>
    medians.flatMap((median, market) => {
      const price = prices[market] ?? null;
      if (median === null || price === null) return [];
      return [{ signer, market, partsPerMillion: Math.round(((price - median) / median) * 1_000_000) }];
    }),
  );
}
