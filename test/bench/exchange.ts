/**
 * Requests per second of the machine alone: decide, apply and the fast index, on one core, words decoded, margin
 * kept, nothing hashed or verified. Beside it, on the same stream, npm's nodejs-order-book: one book a market,
 * no accounts, no margin. Both books must end with the same orders.
 */
import { OrderBook } from "nodejs-order-book";
import { apply } from "../../sequencer/exchange/apply.ts";
import { decide } from "../../sequencer/exchange/decide.ts";
import { type Exchange, readOrder } from "../../sequencer/exchange/exchange.ts";
import { MAX_MARKETS } from "../../sequencer/exchange/limits.ts";
import { Side } from "../../sequencer/exchange/word.ts";
import type { Report } from "./report.ts";
import { fundedExchange } from "./stream/funded-exchange.ts";
import { orderStream, type StreamOrder } from "./stream/order-stream.ts";

const SEED = Number(process.env.SEED ?? 1);
const ORDERS = 200_000;
/** The best of so many runs counts, each on fresh books. */
const RUNS = 5;

export function run(report: Report): void {
  const stream = orderStream(SEED, ORDERS);
  let machineRate = 0;
  let peerRate = 0;
  for (let i = 0; i < RUNS; i++) {
    const exchange = fundedExchange();
    submitAll(exchange, stream.prefill);
    machineRate = Math.max(
      machineRate,
      ratePerSecond(() => submitAll(exchange, stream.orders)),
    );
    const books = Array.from({ length: MAX_MARKETS }, () => new OrderBook());
    const prefill = stream.prefill.map(peerOrder);
    const orders = stream.orders.map(peerOrder);
    sendAll(books, prefill);
    peerRate = Math.max(
      peerRate,
      ratePerSecond(() => sendAll(books, orders)),
    );
    assertSameBooks(exchange, books);
  }
  report({ name: "exchange.requestsPerSecond", value: Math.round(machineRate), unit: "1/s" });
  report({ name: "exchange.peerRequestsPerSecond", value: Math.round(peerRate), unit: "1/s" });
}

function ratePerSecond(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return (ORDERS * 1e9) / Number(process.hrtime.bigint() - start);
}

function submitAll(exchange: Exchange, orders: readonly StreamOrder[]): void {
  const { machine } = exchange;
  for (const { word } of orders) {
    apply(exchange, decide(exchange, word, true));
    while (machine.taker !== null) apply(exchange, decide(exchange, undefined, true));
  }
}

interface PeerOrder {
  readonly market: number;
  readonly cancels: boolean;
  readonly options: Parameters<OrderBook["limit"]>[0] & { id: string };
}

const peerOrder = ({ market, cancels, id, side, price, size }: StreamOrder): PeerOrder => ({
  market,
  cancels,
  options: { id, side: (side === Side.buy ? "buy" : "sell") as never, price, size },
});

function sendAll(books: readonly OrderBook[], orders: readonly PeerOrder[]): void {
  for (const { market, cancels, options } of orders) {
    const book = books[market]!;
    if (cancels) book.cancel(options.id);
    else book.limit(options);
  }
}

/** A benchmark of two books that do different things would mean nothing. */
function assertSameBooks(exchange: Exchange, books: readonly OrderBook[]): void {
  exchange.markets.forEach((market, m) => {
    const [asks, bids] = books[m]!.depth();
    const peer = JSON.stringify([bids, asks].map((side) => side.sort(([a], [b]) => a - b)));
    const ours = JSON.stringify(
      [market.bestBid, market.bestAsk].map((head) => {
        const levels = new Map<number, number>();
        for (let link = head; link !== null; ) {
          const order = readOrder(exchange, link)!;
          levels.set(order.price, (levels.get(order.price) ?? 0) + order.remaining);
          link = order.next;
        }
        return [...levels].sort(([a], [b]) => a - b);
      }),
    );
    if (peer !== ours) throw new Error(`the two books of market ${m} differ`);
  });
}
