/** Lays the machine's state beside the naive model's: the same shape, to be compared whole. */
import { type Exchange, readAccount } from "../../../sequencer/exchange/exchange.ts";
import type { Market, OrderLink } from "../../../sequencer/exchange/state.ts";
import type { NaiveExchange } from "./model.ts";

type Plain = Record<string, unknown>;

const walk = (exchange: Exchange, head: OrderLink | null): Plain[] => {
  const orders: Plain[] = [];
  for (let link = head; link !== null; ) {
    const order = readAccount(exchange, link.account).orders.get(link.slot)!;
    orders.push({
      name: `${link.account}/${link.slot}`,
      price: BigInt(order.price),
      remaining: BigInt(order.remaining),
      reduceOnly: order.reduceOnly,
      expiry: order.expiry,
      generation: order.generation,
      fraction: BigInt(order.fraction),
    });
    link = order.next;
  }
  return orders;
};

const marketOf = (exchange: Exchange, market: Market): Plain => ({
  oracle: BigInt(market.oraclePrice),
  oracleTime: market.oracleTime,
  fundingClearing: market.fundingClearing,
  openInterest: BigInt(market.openInterest),
  bids: walk(exchange, market.bestBid),
  asks: walk(exchange, market.bestAsk),
});

export const machineState = (exchange: Exchange): Plain => ({
  time: exchange.machine.time,
  registered: exchange.machine.nextAccount - 1,
  l1Words: exchange.machine.l1Consumed,
  fees: exchange.machine.fees,
  custody: exchange.machine.custody,
  signedPayload: { high: exchange.machine.payloadHigh, low: exchange.machine.payloadLow },
  l1Payload: { high: exchange.machine.l1PayloadHigh, low: exchange.machine.l1PayloadLow },
  markets: exchange.markets.map((market) => marketOf(exchange, market)),
});

export const naiveState = (naive: NaiveExchange): Plain => ({
  time: naive.time,
  registered: naive.registered,
  l1Words: naive.l1Words,
  fees: naive.fees,
  custody: naive.paidIn - naive.paidOut,
  signedPayload: { ...naive.signedPayload },
  l1Payload: { ...naive.l1Payload },
  markets: naive.markets.map((market, m) => ({
    oracle: market.oracle,
    oracleTime: market.oracleTime,
    fundingClearing: market.fundingClearing,
    openInterest: naive.longLots(m),
    bids: naiveSide(naive, m, true),
    asks: naiveSide(naive, m, false),
  })),
});

const naiveSide = (naive: NaiveExchange, m: number, buys: boolean): Plain[] =>
  naive.book.side(m, buys).map((order) => ({
    name: `${order.account}/${order.slot}`,
    price: order.price,
    remaining: order.remaining,
    reduceOnly: order.reduceOnly,
    expiry: order.expiry,
    generation: order.generation,
    fraction: order.fraction,
  }));

export function machineAccount(exchange: Exchange, index: number): Plain {
  const account = readAccount(exchange, index);
  return {
    ownerKey: account.ownerKey,
    tradingKey: account.tradingKey,
    keyVersion: account.keyVersion,
    scope: account.scope,
    keyExpiry: account.keyExpiry,
    collateral: account.collateral,
    reserved: account.reserved,
    generation: account.generation,
    nonces: [account.ownerNonces, account.tradingNonces].map(({ window, bits, previousBits }) => [
      window,
      bits,
      previousBits,
    ]),
    positions: account.sizes.map((size, m) => ({
      size: BigInt(size),
      funding: BigInt(account.fundings[m]!),
    })),
  };
}

export function naiveAccount(naive: NaiveExchange, index: number): Plain {
  const account = naive.account(index);
  return {
    ownerKey: account.ownerKey,
    tradingKey: account.tradingKey,
    keyVersion: account.keyVersion,
    scope: account.scope,
    keyExpiry: account.keyExpiry,
    collateral: account.collateral,
    reserved: naive.reserved(index),
    generation: account.generation,
    nonces: [windowsOf(account.ownerNonces), windowsOf(account.tradingNonces)],
    positions: account.positions,
  };
}

/** The newest window and which of its nonces, and of the one before, were used. */
function windowsOf(usedNonces: ReadonlySet<number>): number[] {
  const windowOf = (nonce: number): number => Math.floor(nonce / 32);
  let [newest, bits, previousBits] = [0, 0, 0];
  for (const nonce of usedNonces) newest = Math.max(newest, windowOf(nonce));
  for (const nonce of usedNonces)
    if (windowOf(nonce) === newest) bits += 2 ** (nonce % 32);
    else if (windowOf(nonce) === newest - 1) previousBits += 2 ** (nonce % 32);
  return [newest, bits, previousBits];
}
