/** What an order holds, and when it is dead. */
import { multiply3 } from "./exact.ts";
import type { Account, Lots, Order, ScaledQuanta, Seconds, Ticks } from "./state.ts";

/** Dead: cancelled by generation, or past its expiry. Null while it lives. */
export function deathOf(order: Order, owner: Account, time: Seconds): "dead" | "expired" | null {
  if (order.generation !== owner.generation) return "dead";
  return order.expiry !== 0 && order.expiry <= time ? "expired" : null;
}

/** The initial requirement of some lots of an order, exactly. */
export const requirementOf = (lots: Lots, price: Ticks, fraction: number): ScaledQuanta =>
  multiply3(lots, price, fraction);

/** What a fill or removal of some lots gives back of the reserve; orders of an older generation hold none. */
export const released = (order: Order, owner: Account, lots: Lots): ScaledQuanta =>
  order.reduceOnly || order.generation !== owner.generation
    ? 0n
    : requirementOf(lots, order.price, order.fraction);
