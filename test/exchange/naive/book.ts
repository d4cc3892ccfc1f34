/** A book as one would draw it: two arrays a market, best price first, older orders first within a price. */

export interface NaiveOrder {
  readonly account: number;
  readonly slot: number;
  readonly market: number;
  readonly buys: boolean;
  readonly price: bigint;
  remaining: bigint;
  readonly reduceOnly: boolean;
  readonly expiry: number;
  readonly generation: number;
  readonly fraction: bigint;
}

export class NaiveBook {
  private readonly bids: NaiveOrder[][];
  private readonly asks: NaiveOrder[][];

  constructor(markets: number) {
    this.bids = Array.from({ length: markets }, () => []);
    this.asks = Array.from({ length: markets }, () => []);
  }

  side(market: number, buys: boolean): NaiveOrder[] {
    return (buys ? this.bids : this.asks)[market]!;
  }

  /** Behind every order whose price is as good or better. */
  add(order: NaiveOrder): void {
    const side = this.side(order.market, order.buys);
    const worse = side.findIndex((other) =>
      order.buys ? other.price < order.price : other.price > order.price,
    );
    side.splice(worse === -1 ? side.length : worse, 0, order);
  }

  remove(order: NaiveOrder): void {
    const side = this.side(order.market, order.buys);
    side.splice(side.indexOf(order), 1);
  }

  all(): NaiveOrder[] {
    return [...this.bids, ...this.asks].flat();
  }

  find(account: number, slot: number): NaiveOrder | undefined {
    return this.all().find((order) => order.account === account && order.slot === slot);
  }
}
