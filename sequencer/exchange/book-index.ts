/**
 * The fast book beside the linked list. The state knows only heads and "next" links; this index finds,
 * without walking, the order after which a new one belongs and the one before an order to be removed.
 * It is derived, never hashed: a prover replays from recorded answers instead (see RecordedIndex there).
 */
import type { Market, Order, OrderLink, OrderName, Ticks } from "./state.ts";
import { Side } from "./word.ts";

export interface BookIndex {
  /** Last order whose price is as good as `price` or better; null when a new order becomes the head. */
  predecessorForPrice(market: number, side: Side, price: Ticks): OrderName | null;
  /** The order whose link names this one; null when it is the head. */
  predecessorOf(name: OrderName): OrderName | null;
  inserted(market: number, side: Side, name: OrderLink, predecessor: OrderName | null): void;
  removed(market: number, side: Side, name: OrderName): void;
}

interface Node {
  readonly link: OrderLink;
  previous: Node | null;
  next: Node | null;
}

/** One side of one market: nodes in priority order, and the last node of every price level. */
class SideIndex {
  private readonly tails = new Map<Ticks, Node>();
  /** Price levels, best first. */
  private readonly prices: Ticks[] = [];
  private readonly side: Side;
  constructor(side: Side) {
    this.side = side;
  }

  /** Index of the first level that is strictly worse than the price. */
  private firstWorse(price: Ticks): number {
    let low = 0;
    let high = this.prices.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (isBetter(this.side, price, this.prices[middle]!)) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  tailAtOrBetter(price: Ticks): Node | null {
    const worse = this.firstWorse(price);
    return worse === 0 ? null : this.tails.get(this.prices[worse - 1]!)!;
  }

  insert(node: Node, previous: Node | null, head: Node | null): void {
    const next = previous === null ? head : previous.next;
    node.previous = previous;
    node.next = next;
    if (previous !== null) previous.next = node;
    if (next !== null) next.previous = node;
    if (!this.tails.has(node.link.price))
      this.prices.splice(this.firstWorse(node.link.price), 0, node.link.price);
    this.tails.set(node.link.price, node);
  }

  remove(node: Node): void {
    const { previous, next } = node;
    if (previous !== null) previous.next = next;
    if (next !== null) next.previous = previous;
    if (this.tails.get(node.link.price) !== node) return;
    if (previous !== null && previous.link.price === node.link.price)
      this.tails.set(node.link.price, previous);
    else {
      this.tails.delete(node.link.price);
      this.prices.splice(this.firstWorse(node.link.price) - 1, 1);
    }
  }
}

/** Whether one price has strictly better priority on a side than another. */
export const isBetter = (side: Side, price: Ticks, than: Ticks): boolean =>
  side === Side.buy ? price > than : price < than;

/** The index that a sequencer keeps in memory. */
export class LiveIndex implements BookIndex {
  private readonly sides: SideIndex[] = [];
  private readonly heads: (Node | null)[] = [];
  private readonly nodes = new Map<number, Node>();

  private at(market: number, side: Side): SideIndex {
    const i = market * 2 + side;
    let found = this.sides[i];
    if (found === undefined) {
      found = new SideIndex(side);
      this.sides[i] = found;
      this.heads[i] = null;
    }
    return found;
  }

  predecessorForPrice(market: number, side: Side, price: Ticks): OrderName | null {
    return this.at(market, side).tailAtOrBetter(price)?.link ?? null;
  }

  predecessorOf(name: OrderName): OrderName | null {
    return this.nodes.get(key(name))?.previous?.link ?? null;
  }

  inserted(market: number, side: Side, link: OrderLink, predecessor: OrderName | null): void {
    const sideIndex = this.at(market, side);
    const i = market * 2 + side;
    const node: Node = { link, previous: null, next: null };
    const previous = predecessor === null ? null : this.nodes.get(key(predecessor))!;
    sideIndex.insert(node, previous, this.heads[i] ?? null);
    if (previous === null) this.heads[i] = node;
    this.nodes.set(key(link), node);
  }

  removed(market: number, side: Side, name: OrderName): void {
    const node = this.nodes.get(key(name));
    if (node === undefined) throw new Error(`index does not know account ${name.account} slot ${name.slot}`);
    const sideIndex = this.at(market, side);
    const i = market * 2 + side;
    if (this.heads[i] === node) this.heads[i] = node.next;
    sideIndex.remove(node);
    this.nodes.delete(key(name));
  }

  /** Builds the index by walking the linked lists of a loaded state. */
  static fromState(markets: readonly Market[], orderAt: (name: OrderName) => Order | undefined): LiveIndex {
    const index = new LiveIndex();
    markets.forEach((market, m) => {
      for (const side of [Side.buy, Side.sell]) {
        let previous: OrderName | null = null;
        let link = side === Side.buy ? market.bestBid : market.bestAsk;
        while (link !== null) {
          const order = orderAt(link);
          if (order === undefined || order.price !== link.price || order.market !== m || order.side !== side)
            throw new Error(`broken list in market ${m}: account ${link.account} slot ${link.slot}`);
          index.inserted(m, side, link, previous);
          previous = link;
          link = order.next;
        }
      }
    });
    return index;
  }
}

const key = (name: OrderName): number => name.account * 256 + name.slot;
