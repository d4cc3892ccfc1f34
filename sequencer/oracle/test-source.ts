/** Prices for chains without a market: standing still, or walking. Functions of time, so that all nodes see the same. */
import { createHash } from "node:crypto";
import type { Ticks } from "../exchange/state.ts";
import type { PriceSource } from "./source.ts";

export const fixedSource = (price: Ticks): PriceSource => ({
  name: "fixed",
  read: async () => ({ price }),
});

export interface WalkOptions {
  readonly seed: string;
  /** The middle of the walk. */
  readonly price: Ticks;
  /** How far it goes to both sides, in units of 1/10,000 of the price. */
  readonly width: number;
  /** Milliseconds between two turns. */
  readonly periodMs: number;
}

/** Goes straight from one seeded point to the next, in whole ticks. */
export const walkSource = (options: WalkOptions): PriceSource => ({
  name: `walk ${options.seed}`,
  read: async (nowMs) => ({ price: walkPrice(options, nowMs) }),
});

export function walkPrice({ seed, price, width, periodMs }: WalkOptions, nowMs: number): Ticks {
  const period = Math.floor(nowMs / periodMs);
  const [from, to] = [period, period + 1].map((at) => {
    const unit = createHash("sha256").update(`${seed}/${at}`).digest().readUInt32BE(0) / 2 ** 32;
    return (2 * unit - 1) * ((price * width) / 10_000);
  }) as [number, number];
  const passed = (nowMs % periodMs) / periodMs;
  return Math.max(1, Math.round(price + from + (to - from) * passed));
}
