/** Moves the machine's clock and prices at a steady pace. */

import type { Exchange } from "../exchange/exchange.ts";
import type { Tick } from "../exchange/word.ts";
import type { PriceSource } from "./price-source.ts";
import type { Clock } from "./settings.ts";
import type { Receipt } from "./view.ts";

export interface TickerParts {
  readonly exchange: Pick<Exchange, "machine" | "markets">;
  readonly submitTick: (tick: Tick) => Promise<Receipt>;
  readonly prices: PriceSource;
  readonly clock: Clock;
  readonly seconds: number;
  readonly onError: (error: unknown) => void;
}

/** Ticks at once and then every so many seconds; returns how to stop. */
export function startTicker(parts: TickerParts): () => void {
  let cancel: () => void = () => undefined;
  let stopped = false;
  const tick = (): void => {
    cancel = parts.clock.after(parts.seconds * 1000, tick);
    tickOnce(parts).catch((error: unknown) => {
      if (!stopped) parts.onError(error);
    });
  };
  tick();
  return () => {
    stopped = true;
    cancel();
  };
}

/** One tick at the present second; none when the machine's clock is there already. */
export async function tickOnce({
  exchange,
  submitTick,
  prices,
  clock,
}: TickerParts): Promise<Receipt | null> {
  const time = Math.floor(clock.nowMs() / 1000);
  const elapsed = time - exchange.machine.time;
  if (elapsed <= 0) return null;
  return await submitTick({ time, deltas: prices(exchange.markets, time, elapsed) });
}
