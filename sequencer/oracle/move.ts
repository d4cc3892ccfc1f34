/** How far a tick may take a price. */
import { DELTA_BITS, PRICE_BITS } from "../exchange/limits.ts";
import type { Market, Seconds, Ticks } from "../exchange/state.ts";

/** The move towards a price that the machine accepts after so many seconds. */
export function moveTowards(market: Market, price: Ticks, elapsed: Seconds): Ticks {
  const most = Math.min(elapsed * market.parameters.maxMovePerSecond, 2 ** DELTA_BITS - 1);
  const move = Math.max(-most, Math.min(most, price - market.oraclePrice));
  const after = market.oraclePrice + move;
  return after > 0 && after < 2 ** PRICE_BITS ? move : 0;
}
