/** The exchange's book against the messages' own. */
import type { Level } from "../sdk/replies.ts";
import type { RestingSide } from "./lobster-message.ts";
import { LOTS_PER_SHARE } from "./replay-market.ts";

/** Where one side differs, in words; undefined when the exchange's levels are the wanted ones, best first. */
export function compareSide(
  side: RestingSide,
  found: readonly Level[],
  wanted: ReadonlyMap<number, number>,
  depth: number,
): string | undefined {
  const best = [...wanted].sort(([a], [b]) => (side === "buy" ? b - a : a - b)).slice(0, depth);
  for (let i = 0; i < Math.max(best.length, found.length); i++) {
    const [price, shares] = best[i] ?? [0, 0];
    const level = found[i];
    if (level?.price === price && level.lots === shares * LOTS_PER_SHARE) continue;
    const there = level === undefined ? "nothing" : `${level.lots / LOTS_PER_SHARE} at ${level.price}`;
    const here = shares === 0 ? "nothing" : `${shares} at ${price}`;
    return `${side} level ${i + 1}: ${there} on the exchange, ${here} by the messages`;
  }
  return undefined;
}
