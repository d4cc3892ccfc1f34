/**
 * Prices for a chain without an oracle: standing still, from a file that another process writes, or walking by a seed.
 * The walk is a function of time, so it needs no memory.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Exchange } from "../exchange/exchange.ts";
import type { Market, Ticks } from "../exchange/state.ts";
import { moveTowards } from "../oracle/move.ts";
import type { PriceConfig } from "./config.ts";

/** Price moves for a tick at a time, by market; null is no report. */
export type PriceSource = (markets: Exchange["markets"], time: number, elapsed: number) => (Ticks | null)[];

const DEFAULT_MAX_STEP = 20;
const STEP_UNITS = 10_000;
/** A walk turns back at half and at twice its first price. */
const BAND = 2;

/** Several sources are for a set of validators, who agree on a median (validator/price-reports.ts). */
export type OnePrice = Exclude<PriceConfig, { kind: "sources" }>;

export function priceSource(config: OnePrice, firstPrices: readonly Ticks[]): PriceSource | null {
  if (config.kind === "none") return null;
  if (config.kind === "fixed") return (markets) => markets.map(() => 0);
  if (config.kind === "file") return fromFile(config.path);
  const { seed, maxStep = DEFAULT_MAX_STEP } = config;
  return (markets, time, elapsed) =>
    markets.map((market, m) => {
      const first = firstPrices[m]!;
      const most = Math.max(1, Math.floor((market.oraclePrice * maxStep) / STEP_UNITS));
      const step = Math.round((2 * randomUnit(`${seed}/${m}/${time}`) - 1) * most);
      return bounded(market, homeward(market.oraclePrice, first, step), elapsed);
    });
}

/** As near to the file's price as the machine lets it move; no report where the file has none. */
function fromFile(path: string): PriceSource {
  return (markets, _, elapsed) => {
    const prices: unknown = JSON.parse(readFileSync(path, "utf8"));
    if (!Array.isArray(prices)) throw new Error(`${path} is no list of prices`);
    return markets.map((market, m) => {
      const price: unknown = prices[m] ?? null;
      if (price === null) return null;
      if (!Number.isSafeInteger(price) || (price as number) < 1)
        throw new Error(`${path}: the price of market ${m} is no whole number of ticks`);
      return bounded(market, (price as number) - market.oraclePrice, elapsed);
    });
  };
}

function homeward(price: Ticks, first: Ticks, step: Ticks): Ticks {
  if (price > first * BAND) return -Math.abs(step);
  return price * BAND < first ? Math.abs(step) : step;
}

/** Within what the machine lets a price move in this time, and above zero. */
const bounded = (market: Market, step: Ticks, elapsed: number): Ticks =>
  moveTowards(market, market.oraclePrice + step, elapsed);

/** Uniform in [0, 1), by a label. */
const randomUnit = (label: string): number =>
  createHash("sha256").update(label).digest().readUInt32BE(0) / 2 ** 32;
