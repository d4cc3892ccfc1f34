/**
 * The replay's own resting orders on the exchange: whose they are, in which slot, and in which order of time within
 * a price, so that it knows which of them a taker will hit.
 */
import type { RestingSide } from "./lobster-message.ts";
import { ReplayError } from "./replay-error.ts";

export interface RestingOrder {
  readonly owner: number;
  readonly slot: number;
  readonly side: RestingSide;
  readonly price: number;
  remaining: number;
}

export class RestingOrders {
  private readonly levels = {
    buy: new Map<number, RestingOrder[]>(),
    sell: new Map<number, RestingOrder[]>(),
  };
  private readonly slots: boolean[][];
  private next = 0;

  constructor(options: { readonly owners: number; readonly slotsPerOwner: number }) {
    this.slots = Array.from({ length: options.owners }, () => new Array(options.slotsPerOwner).fill(false));
  }

  /** Orders of a price, oldest first. */
  at(side: RestingSide, price: number): readonly RestingOrder[] {
    return this.levels[side].get(price) ?? [];
  }

  /** The prices of a side that meet a condition, lowest first. */
  prices(side: RestingSide, wanted: (price: number) => boolean): number[] {
    return [...this.levels[side].keys()].filter(wanted).sort((a, b) => a - b);
  }

  /** Adds an order in a free slot of the next owner in turn, behind the others of its price. */
  add(side: RestingSide, price: number, size: number): RestingOrder {
    for (let tried = 0; tried < this.slots.length; tried++) {
      const owner = this.next;
      this.next = (this.next + 1) % this.slots.length;
      const slot = this.slots[owner]!.indexOf(false);
      if (slot === -1) continue;
      this.slots[owner]![slot] = true;
      const order: RestingOrder = { owner, slot, side, price, remaining: size };
      this.levels[side].set(price, [...this.at(side, price), order]);
      return order;
    }
    throw new ReplayError(
      "SLOTS_EXHAUSTED",
      `${this.slots.length} accounts have no free slot left; use more --accounts`,
    );
  }

  remove(order: RestingOrder): void {
    const left = this.at(order.side, order.price).filter((other) => other !== order);
    if (left.length === 0) this.levels[order.side].delete(order.price);
    else this.levels[order.side].set(order.price, left);
    this.slots[order.owner]![order.slot] = false;
  }

  /** What a taker of this size does to the orders of a price: the oldest first. */
  consume(side: RestingSide, price: number, size: number): void {
    let left = size;
    for (const order of this.at(side, price)) {
      const lots = Math.min(left, order.remaining);
      order.remaining -= lots;
      left -= lots;
      if (order.remaining === 0) this.remove(order);
      if (left === 0) return;
    }
    throw new Error(`${left} of ${size} shares at ${side} ${price} are missing`);
  }
}
