/** Copies of the live state for people to look at. */
import type { Exchange } from "../exchange/exchange.ts";
import { liveOrder, readAccount, readOrder } from "../exchange/exchange.ts";
import { marginOf } from "../exchange/margin.ts";
import { deathOf } from "../exchange/order.ts";
import type { Account, OrderLink, OrderName } from "../exchange/state.ts";
import {
  Outcome,
  type OutcomeName,
  outcomeOf,
  typeOf,
  WordType,
  type WordTypeName,
  withOutcome,
} from "../exchange/word.ts";
import type { OrderRecords } from "../execution/order-records.ts";
import type { LogRecord, OrderRecord } from "../store/records.ts";
import type { AccountView, BookView, Level, OrderView, Receipt, Settlement } from "./view.ts";

export function bookView(
  exchange: Exchange,
  m: number,
  depth: number,
  sequence: number,
): BookView | undefined {
  const market = exchange.markets[m];
  if (market === undefined) return undefined;
  return {
    market: m,
    bids: levelsOf(exchange, market.bestBid, depth),
    asks: levelsOf(exchange, market.bestAsk, depth),
    oraclePrice: market.oraclePrice,
    oracleTime: market.oracleTime,
    openInterest: market.openInterest,
    sequence,
  };
}

/** The first levels of a list, walked order by order; dead orders do not count. */
function levelsOf(exchange: Exchange, head: OrderLink | null, depth: number): Level[] {
  const levels: { price: number; lots: number; orders: number }[] = [];
  for (let link = head; link !== null; ) {
    const order = liveOrder(exchange, link);
    if (deathOf(order, readAccount(exchange, link.account), exchange.machine.time) === null) {
      const last = levels.at(-1);
      if (last?.price === order.price) {
        last.lots += order.remaining;
        last.orders += 1;
      } else if (levels.length === depth) break;
      else levels.push({ price: order.price, lots: order.remaining, orders: 1 });
    }
    link = order.next;
  }
  return levels;
}

/** Requests of accounts that were taken and not executed yet. */
export interface WaitingRequests {
  of(account: number): { readonly length: number };
  /** A key's lowest nonce above all used and waiting ones. */
  nextNonce(account: Account, index: number, keySelector: number): number;
}

export function accountView(
  exchange: Exchange,
  pending: WaitingRequests,
  records: OrderRecords,
  index: number,
): AccountView | undefined {
  const account = exchange.accounts.get(index);
  if (account === undefined || index === 0 || index >= exchange.machine.nextAccount) return undefined;
  const { orders, sizes, fundings: _, ownerNonces: _owner, tradingNonces: _trading, ...rest } = account;
  const margin = marginOf(account, exchange.markets);
  return {
    ...rest,
    index,
    positions: sizes.map((size, market) => ({ market, size })).filter(({ size }) => size !== 0),
    equity: margin.equity,
    initialRequirement: margin.initial,
    maintenanceRequirement: margin.maintenance,
    nextNonce: pending.nextNonce(account, index, 0),
    nextTradingNonce: pending.nextNonce(account, index, 1),
    pending: pending.of(index).length,
    orders: [...orders.keys()].flatMap((slot) => {
      const name = { account: index, slot };
      const record = records.get(name);
      return record === undefined ? [] : [orderView(exchange, name, record)];
    }),
  };
}

/** An order that rests may be dead without having been met yet. */
export function orderView(exchange: Exchange, name: OrderName, record: OrderRecord): OrderView {
  const order = readOrder(exchange, name);
  if (record.state !== "open" || order === undefined) return { ...name, ...record };
  const death = deathOf(order, readAccount(exchange, name.account), exchange.machine.time);
  if (death === null) return { ...name, ...record };
  return { ...name, ...record, state: death === "expired" ? "expired" : "cancelled" };
}

const nameIn = <N extends string>(names: Readonly<Record<N, number>>, value: number): N =>
  (Object.keys(names) as N[]).find((name) => names[name] === value)!;

export const receiptView = (
  sequence: number,
  record: LogRecord,
  settlementOf: (batch: number) => Settlement,
): Receipt => ({
  word: withOutcome(record.word, 0),
  type: nameIn<WordTypeName>(WordType, typeOf(record.word)),
  sequence,
  outcome: nameIn<OutcomeName>(Outcome, outcomeOf(record.word)),
  code: record.code,
  filled: record.filled,
  fills: record.fillCount === 0 ? null : { first: record.firstFill, count: record.fillCount },
  order: record.order,
  batch: record.batch,
  settlement: settlementOf(record.batch),
});
