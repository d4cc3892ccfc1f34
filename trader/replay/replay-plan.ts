/**
 * Turns messages into orders of the replay's accounts.
 *
 *   new order            -> an order, after cancels of what the real book cannot hold any more
 *   deletion             -> a cancel
 *   partial cancellation -> a cancel and a smaller order (which goes to the back of its price: this exchange has
 *                           no amendments)
 *   execution            -> a taker of another account, at that price, on the other side
 *
 * A resting order's share of its price is its "claim". Because a smaller order lost its place, a taker may hit
 * another order of the price than the one that the message names; the price's total still agrees, so later
 * reductions take from the named order first and then from the youngest.
 *
 * The file holds only events near the best prices: an order that is deleted far away is never heard of again. But
 * a book is never crossed, so a new order proves that everything it would meet is gone, and an execution that
 * everything better is gone; such stale orders are cancelled, and counted.
 */
import type { SeedLevel } from "./lobster-book.ts";
import { type LobsterMessage, MessageType, type RestingSide } from "./lobster-message.ts";
import type { ReplayOrder, SkipReason } from "./replay-order.ts";
import { type RestingOrder, RestingOrders } from "./resting-orders.ts";

/** LOBSTER prices are dollars * 10^4; a tick is a cent. */
const PRICE_UNITS_PER_TICK = 100;

interface Claim {
  readonly side: RestingSide;
  readonly price: number;
  size: number;
  order: RestingOrder;
}

/** Shares that a message takes out of the book. */
interface Taken {
  readonly side: RestingSide;
  readonly price: number;
  readonly size: number;
  readonly order: RestingOrder | undefined;
}

const opposite = (side: RestingSide): RestingSide => (side === "buy" ? "sell" : "buy");

export class ReplayPlan {
  readonly skipped: Record<SkipReason, number> = { hidden: 0, unknown: 0, offTick: 0 };
  /** Orders that the file never deleted. */
  stale = 0;
  private readonly resting: RestingOrders;
  private readonly claims = new Map<string, Claim>();
  /** Shares of the first row, by side and price, that belong to orders the file does not name. */
  private readonly anonymous = new Map<string, number>();

  constructor(options: { readonly owners: number; readonly slotsPerOwner: number }) {
    this.resting = new RestingOrders(options);
  }

  /** One order per level of the first row. */
  seed(levels: readonly SeedLevel[]): ReplayOrder[] {
    return levels.flatMap(({ side, price: units, size }) => {
      const price = ticksOf(units);
      if (price === undefined) return this.leaveOut("offTick");
      this.anonymous.set(`${side} ${price}`, size);
      return [this.place(side, price, size).placed];
    });
  }

  /** The orders that a message stands for; none when it is left out. */
  translate(message: LobsterMessage): ReplayOrder[] {
    const { type, side } = message;
    if (type > MessageType.execution) return this.leaveOut("hidden");
    const price = ticksOf(message.price);
    if (price === undefined) return this.leaveOut("offTick");
    if (type === MessageType.place) return this.newOrder(message.id, side, price, message.size);
    const taken = this.takeClaim(message, price);
    if (taken === undefined) return this.leaveOut("unknown");
    return type === MessageType.execution
      ? this.execution(taken.side, taken.price, taken.size)
      : this.reduce(taken.side, taken.price, taken.size, taken.order);
  }

  private leaveOut(reason: SkipReason): ReplayOrder[] {
    this.skipped[reason] += 1;
    return [];
  }

  private newOrder(id: string, side: RestingSide, price: number, size: number): ReplayOrder[] {
    const crossed = (other: number): boolean => (side === "buy" ? other <= price : other >= price);
    const cleared = this.clear(opposite(side), crossed);
    const { placed, order } = this.place(side, price, size);
    this.claims.set(id, { side, price, size, order });
    return [...cleared, placed];
  }

  private execution(side: RestingSide, price: number, size: number): ReplayOrder[] {
    const better = (other: number): boolean => (side === "buy" ? other > price : other < price);
    const cleared = this.clear(side, better);
    this.resting.consume(side, price, size);
    return [...cleared, { kind: "take", side: opposite(side), price, size }];
  }

  /** Takes shares off a claim, or off the first row's shares of the price; undefined when neither has any. */
  private takeClaim(message: LobsterMessage, price: number): Taken | undefined {
    const { id, type, side } = message;
    const claim = this.claims.get(id);
    if (claim !== undefined) {
      const size = type === MessageType.delete ? claim.size : Math.min(message.size, claim.size);
      claim.size -= size;
      if (claim.size === 0) this.claims.delete(id);
      return { side: claim.side, price: claim.price, size, order: claim.order };
    }
    const level = `${side} ${price}`;
    const left = this.anonymous.get(level) ?? 0;
    if (left === 0) return undefined;
    const size = Math.min(left, message.size);
    this.anonymous.set(level, left - size);
    return { side, price, size, order: undefined };
  }

  /** Takes shares out of a price by cancels, from the named order first; what is cut comes back smaller. */
  private reduce(
    side: RestingSide,
    price: number,
    size: number,
    named: RestingOrder | undefined,
  ): ReplayOrder[] {
    const queue = [...this.resting.at(side, price)].reverse();
    const candidates =
      named !== undefined && queue.includes(named)
        ? [named, ...queue.filter((order) => order !== named)]
        : queue;
    const orders: ReplayOrder[] = [];
    let left = size;
    for (const order of candidates) {
      if (left === 0) break;
      const cut = Math.min(left, order.remaining);
      left -= cut;
      orders.push(this.cancel(order));
      if (order.remaining > cut) orders.push(this.replace(order, order.remaining - cut));
    }
    if (left > 0) throw new Error(`${left} of ${size} shares at ${side} ${price} are missing`);
    return orders;
  }

  private replace(cut: RestingOrder, size: number): ReplayOrder {
    const { placed, order } = this.place(cut.side, cut.price, size);
    for (const claim of this.claims.values()) if (claim.order === cut) claim.order = order;
    return placed;
  }

  private clear(side: RestingSide, gone: (price: number) => boolean): ReplayOrder[] {
    const cancels: ReplayOrder[] = [];
    for (const price of this.resting.prices(side, gone)) {
      for (const order of this.resting.at(side, price)) cancels.push(this.cancel(order));
      this.anonymous.delete(`${side} ${price}`);
    }
    if (cancels.length === 0) return cancels;
    this.stale += cancels.length;
    for (const [id, claim] of this.claims)
      if (claim.side === side && gone(claim.price)) this.claims.delete(id);
    return cancels;
  }

  private place(
    side: RestingSide,
    price: number,
    size: number,
  ): { placed: ReplayOrder; order: RestingOrder } {
    const order = this.resting.add(side, price, size);
    return { order, placed: { kind: "place", owner: order.owner, slot: order.slot, side, price, size } };
  }

  private cancel(order: RestingOrder): ReplayOrder {
    this.resting.remove(order);
    return { kind: "cancel", owner: order.owner, slot: order.slot };
  }
}

/** Whole ticks; undefined between two of them. */
export const ticksOf = (units: number): number | undefined =>
  units % PRICE_UNITS_PER_TICK === 0 ? units / PRICE_UNITS_PER_TICK : undefined;
