/** Place: the checks of a new order; an accepted one takes its first action in the same step. */
import { advanceTaker, canCarry, crosses } from "./decide-taker.ts";
import { multiply } from "./exact.ts";
import { type Exchange, holdsStale, isStale } from "./exchange.ts";
import { FRACTION_ONE } from "./limits.ts";
import type { RefusalCode } from "./refusal.ts";
import type { Account, Market, Seconds, Taker } from "./state.ts";
import type { Request, Ruling } from "./step.ts";
import { Side, type WordFields } from "./word.ts";

export function decidePlace(exchange: Exchange, request: Request): Ruling {
  const { fields, account, margin } = request;
  const market = exchange.markets[fields.market];
  if (market === undefined) return "unknownMarket";
  const shape = ruleShape(fields, exchange.machine.time);
  if (shape !== null) return shape;
  const taker = takerOf(fields);
  if (!taker.immediateOrCancel && account.orders.has(taker.slot)) return "slotTaken";
  const guard = ruleGuards(exchange, account, market, taker);
  if (guard !== null) return guard;
  const carry = canCarry(account, market, margin, taker);
  if (carry !== null) return carry === "nothingToReduce" ? carry : "belowRequirement";
  if (fields.postOnly === 1 && crosses(market, taker)) return "wouldCross";
  return advanceTaker(exchange, taker, account, margin, request.fee, true);
}

function ruleShape(fields: WordFields, time: Seconds): RefusalCode | null {
  if (fields.immediateOrCancel === 1 && fields.postOnly === 1) return "badFlags";
  if (fields.price === 0) return "zeroPrice";
  if (fields.size === 0) return "zeroSize";
  return fields.expiry !== 0 && fields.expiry <= time ? "expired" : null;
}

function ruleGuards(exchange: Exchange, account: Account, market: Market, taker: Taker): RefusalCode | null {
  const { parameters, oraclePrice } = market;
  if (!taker.reduceOnly) {
    if (isStale(market, exchange.machine.time) || holdsStale(exchange, account)) return "staleMarket";
    if (multiply(taker.price, taker.remaining) < parameters.minOrderValue) return "belowMinimum";
  }
  // Only the reaching side is bounded: a bid far below the oracle price harms nobody. Products stay below 2^47.
  const limit =
    taker.side === Side.buy
      ? FRACTION_ONE + parameters.collarFraction
      : FRACTION_ONE - parameters.collarFraction;
  const beyond = taker.price * FRACTION_ONE - oraclePrice * limit;
  return (taker.side === Side.buy ? beyond > 0 : beyond < 0) ? "outsideCollar" : null;
}

const takerOf = (fields: WordFields): Taker => ({
  account: fields.account,
  slot: fields.slot,
  market: fields.market,
  side: fields.side as Side,
  immediateOrCancel: fields.immediateOrCancel === 1,
  reduceOnly: fields.reduceOnly === 1,
  price: fields.price,
  remaining: fields.size,
  expiry: fields.expiry,
});
