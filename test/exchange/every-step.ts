/** Random histories in which something is asked after every step, and how to walk the book there. */
import * as assert from "uvu/assert";
import { LiveIndex } from "../../sequencer/exchange/book-index.ts";
import { type Exchange, genesisExchange, readOrder } from "../../sequencer/exchange/exchange.ts";
import type { Order, OrderLink } from "../../sequencer/exchange/state.ts";
import { Side } from "../../sequencer/exchange/word.ts";
import { generateHistory, historyShape, smallShape } from "../generate/requests.ts";
import { type Observer, runWord } from "../generate/run.ts";

/** Runs one wide and one crowded history. */
export function everyStep(seed: number, makeObserver: (exchange: Exchange) => Observer): void {
  for (const [i, shape] of [historyShape(3, 12, 12), smallShape(2, 3, 2)].entries()) {
    const exchange = genesisExchange(shape.genesis, new LiveIndex());
    const observe = makeObserver(exchange);
    for (const word of generateHistory({ seed: seed + i, shape }, 1500)) runWord(exchange, word, observe);
  }
}

export interface Placed {
  readonly link: OrderLink;
  readonly order: Order;
}

function sideOf(exchange: Exchange, market: number, side: Side): Placed[] {
  const { bestBid, bestAsk } = exchange.markets[market]!;
  const placed: Placed[] = [];
  for (let link = side === Side.buy ? bestBid : bestAsk; link !== null; ) {
    const order = readOrder(exchange, link);
    assert.ok(order !== undefined, `a link leads to the empty slot ${link.account}/${link.slot}`);
    placed.push({ link, order });
    link = order.next;
  }
  return placed;
}

export function forEverySide(
  exchange: Exchange,
  visit: (list: Placed[], market: number, side: Side) => void,
): void {
  exchange.markets.forEach((_, market) => {
    for (const side of [Side.buy, Side.sell]) visit(sideOf(exchange, market, side), market, side);
  });
}

export const sum = (values: Iterable<bigint>): bigint =>
  [...values].reduce((total, value) => total + value, 0n);
