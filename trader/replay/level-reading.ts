/**
 * The same messages read a second way: only shares per price, no accounts, no slots, no queues, no matching. What the
 * exchange's book must look like at the end of a replay. Shares nothing with replay-plan.ts but the parser.
 */
import type { SeedLevel } from "./lobster-book.ts";
import type { LobsterMessage, RestingSide } from "./lobster-message.ts";

/** Shares by price in ticks. */
export type Levels = Readonly<Record<RestingSide, ReadonlyMap<number, number>>>;

export class LevelReading {
  private readonly named = new Map<string, { side: RestingSide; units: number; size: number }>();
  private seeds: { side: RestingSide; units: number; size: number }[] = [];

  seed(levels: readonly SeedLevel[]): void {
    this.seeds = levels
      .filter(({ price }) => price % 100 === 0)
      .map(({ side, price, size }) => ({ side, units: price, size }));
  }

  read({ type, id, side, size, price: units }: LobsterMessage): void {
    if (type > 4 || units % 100 !== 0) return;
    if (type === 1) {
      this.forget(
        (order) => order.side !== side && (side === "buy" ? order.units <= units : order.units >= units),
      );
      this.named.set(id, { side, units, size });
      return;
    }
    const order =
      this.named.get(id) ??
      this.seeds.find((seed) => seed.side === side && seed.units === units && seed.size > 0);
    if (order === undefined) return;
    if (type === 4)
      this.forget(
        (other) => other.side === side && (side === "buy" ? other.units > units : other.units < units),
      );
    order.size -= type === 3 && this.named.has(id) ? order.size : Math.min(size, order.size);
    if (order.size === 0) this.named.delete(id);
  }

  levels(): Levels {
    const levels = { buy: new Map<number, number>(), sell: new Map<number, number>() };
    for (const { side, units, size } of [...this.named.values(), ...this.seeds])
      if (size > 0) levels[side].set(units / 100, (levels[side].get(units / 100) ?? 0) + size);
    return levels;
  }

  private forget(gone: (order: { side: RestingSide; units: number }) => boolean): void {
    for (const [id, order] of this.named) if (gone(order)) this.named.delete(id);
    this.seeds = this.seeds.filter((order) => !gone(order));
  }
}
