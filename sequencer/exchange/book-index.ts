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
  level: Level | null;
  previous: Node | null;
  next: Node | null;
}

/** All orders of one price on one side. */
interface Level {
  /** Lower is better: the price of an offer, minus the price of a bid. */
  readonly rank: number;
  tail: Node;
}

/** One side of one market: a list of nodes in priority order, and its price levels. */
class SideIndex {
  private readonly side: Side;
  private head: Node | null = null;
  /** Best first. */
  private readonly levels: Level[] = [];
  constructor(side: Side) {
    this.side = side;
  }

  private rankOf(price: Ticks): number {
    return this.side === Side.buy ? -price : price;
  }

  /** How many levels are as good as the rank or better. */
  private countUpTo(rank: number): number {
    let low = 0;
    let high = this.levels.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.levels[middle]!.rank > rank) high = middle;
      else low = middle + 1;
    }
    return low;
  }

  tailAtOrBetter(price: Ticks): Node | null {
    const count = this.countUpTo(this.rankOf(price));
    return count === 0 ? null : this.levels[count - 1]!.tail;
  }

  insert(node: Node, previous: Node | null): void {
    const next = previous === null ? this.head : previous.next;
    node.previous = previous;
    node.next = next;
    if (previous === null) this.head = node;
    else previous.next = node;
    if (next !== null) next.previous = node;
    if (previous !== null && previous.link.price === node.link.price) {
      node.level = previous.level!;
      node.level.tail = node;
    } else {
      const rank = this.rankOf(node.link.price);
      node.level = { rank, tail: node };
      this.levels.splice(this.countUpTo(rank), 0, node.level);
    }
  }

  remove(node: Node): void {
    const { previous, next } = node;
    const level = node.level!;
    if (previous === null) this.head = next;
    else previous.next = next;
    if (next !== null) next.previous = previous;
    if (level.tail !== node) return;
    if (previous !== null && previous.level === level) level.tail = previous;
    else this.levels.splice(this.countUpTo(level.rank) - 1, 1);
  }
}

/** Whether one price has strictly better priority on a side than another. */
export const isBetter = (side: Side, price: Ticks, than: Ticks): boolean =>
  side === Side.buy ? price > than : price < than;

/** The index that a sequencer keeps in memory. */
export class LiveIndex implements BookIndex {
  private readonly sides: SideIndex[] = [];
  private readonly nodes = new Map<number, Node>();

  private at(market: number, side: Side): SideIndex {
    const i = market * 2 + side;
    let found = this.sides[i];
    if (found === undefined) {
      found = new SideIndex(side);
      this.sides[i] = found;
    }
    return found;
  }

  private node(name: OrderName): Node {
    const node = this.nodes.get(key(name));
    if (node === undefined) throw new Error(`index does not know account ${name.account} slot ${name.slot}`);
    return node;
  }

  predecessorForPrice(market: number, side: Side, price: Ticks): OrderName | null {
    return this.at(market, side).tailAtOrBetter(price)?.link ?? null;
  }

  predecessorOf(name: OrderName): OrderName | null {
    return this.nodes.get(key(name))?.previous?.link ?? null;
  }

  inserted(market: number, side: Side, link: OrderLink, predecessor: OrderName | null): void {
    const node: Node = { link, level: null, previous: null, next: null };
    this.at(market, side).insert(node, predecessor === null ? null : this.node(predecessor));
    this.nodes.set(key(link), node);
  }

  removed(market: number, side: Side, name: OrderName): void {
    this.at(market, side).remove(this.node(name));
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
