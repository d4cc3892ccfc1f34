/** Matching in the naive model: the best order of the other side, one after another, in the stated precedence. */
import { abs, afterTrade, mayTrade } from "./account.ts";
import type { NaiveOrder } from "./book.ts";
import { type Event, orderName } from "./events.ts";
import type { NaiveExchange } from "./model.ts";

export interface Incoming {
  readonly account: number;
  readonly slot: number;
  readonly market: number;
  readonly buys: boolean;
  readonly price: bigint;
  remaining: bigint;
  readonly reduceOnly: boolean;
  readonly immediateOrCancel: boolean;
  readonly expiry: number;
}

/** Matches until the order is used up, stopped, or meets nobody; then it rests or ends. */
export function match(exchange: NaiveExchange, incoming: Incoming): Event[] {
  const events: Event[] = [];
  let untouched = true;
  while (incoming.remaining > 0n) {
    const best = exchange.book.side(incoming.market, !incoming.buys)[0];
    const meets =
      best !== undefined && (incoming.buys ? best.price <= incoming.price : best.price >= incoming.price);
    if (!meets) return [...events, finish(exchange, incoming, untouched)];
    const event = meet(exchange, incoming, best);
    events.push(event);
    if (event.is === "stopped") return events;
    untouched = false;
  }
  return events;
}

/** Nobody to meet: rest in the book, or end. What has just been checked at placing need not be checked again. */
function finish(exchange: NaiveExchange, incoming: Incoming, untouched: boolean): Event {
  if (incoming.immediateOrCancel) return { is: "ended", reason: "immediateOrCancel" };
  const market = exchange.markets[incoming.market]!;
  const { account, remaining, price } = incoming;
  if (!untouched && incoming.reduceOnly && reducible(exchange, incoming) === 0n)
    return { is: "ended", reason: "nothingToReduce" };
  if (
    !untouched &&
    !incoming.reduceOnly &&
    !exchange.covers(account, remaining * price * market.initialFraction)
  )
    return { is: "ended", reason: "underMargined" };
  const { immediateOrCancel: _, ...order } = incoming;
  exchange.book.add({
    ...order,
    generation: exchange.account(account).generation,
    fraction: market.initialFraction,
  });
  return { is: "rests", order: orderName(incoming), lots: remaining };
}

function reducible(
  exchange: NaiveExchange,
  order: { account: number; market: number; buys: boolean },
): bigint {
  const { size } = exchange.account(order.account).positions[order.market]!;
  const closes = order.buys ? size < 0n : size > 0n;
  return closes ? abs(size) : 0n;
}

const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

function meet(exchange: NaiveExchange, incoming: Incoming, maker: NaiveOrder): Event {
  const m = incoming.market;
  const remove = (reason: string): Event => {
    exchange.book.remove(maker);
    return { is: "removed", maker: orderName(maker), reason };
  };
  const death = exchange.isDead(maker);
  if (death !== null) return remove(death);
  if (maker.account === incoming.account) return remove("selfTrade");
  const makerMost = maker.reduceOnly ? smaller(maker.remaining, reducible(exchange, maker)) : maker.remaining;
  if (makerMost === 0n) return remove("nothingToReduce");
  const takerMost = incoming.reduceOnly
    ? smaller(incoming.remaining, reducible(exchange, incoming))
    : incoming.remaining;
  if (takerMost === 0n) return { is: "stopped", reason: "nothingToReduce" };

  const lots = smaller(makerMost, takerMost);
  const bought = incoming.buys ? lots : -lots;
  const market = exchange.markets[m]!;
  const taker = exchange.account(incoming.account);
  const owner = exchange.account(maker.account);
  const takerAfter = afterTrade(taker, market, m, bought, maker.price);
  const ownerAfter = afterTrade(owner, market, m, -bought, maker.price);
  const before = owner.positions[m]!.size;
  const after = ownerAfter.positions[m]!.size;
  const takesBack = abs(after) <= abs(before) && before * after >= 0n;
  if (exchange.isStale(m) && !takesBack) return { is: "stopped", reason: "staleMarket" };
  if (!mayTrade(taker, takerAfter, exchange.markets, m, exchange.reserved(incoming.account)))
    return { is: "stopped", reason: "underMargined" };

  const longBefore = exchange.longLots(m);
  exchange.accounts.set(incoming.account, takerAfter);
  exchange.accounts.set(maker.account, ownerAfter);
  const longAfter = exchange.longLots(m);
  const undo = () => {
    exchange.accounts.set(incoming.account, taker);
    exchange.accounts.set(maker.account, owner);
  };
  if (longAfter > longBefore && longAfter > market.openInterestCap) {
    undo();
    return { is: "stopped", reason: "openInterestCap" };
  }
  // Trading here changes nothing of what stands still elsewhere.
  if (exchange.holdsStale(maker.account) && !takesBack) {
    undo();
    return remove("holdsStale");
  }
  maker.remaining -= lots;
  if (!mayTrade(owner, ownerAfter, exchange.markets, m, exchange.reserved(maker.account))) {
    maker.remaining += lots;
    undo();
    return remove("underMargined");
  }
  const settled = (position: { size: bigint; funding: bigint }) =>
    position.size * (market.fundingIndex - position.funding);
  market.fundingClearing += settled(taker.positions[m]!) + settled(owner.positions[m]!);
  incoming.remaining -= lots;
  if (maker.remaining === 0n) exchange.book.remove(maker);
  return {
    is: "fill",
    maker: orderName(maker),
    taker: orderName(incoming),
    lots,
    price: maker.price,
  };
}
