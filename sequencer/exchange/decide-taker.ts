/**
 * The active taker: match the head of the other side while it crosses, else rest or drop.
 *
 * Match, in this order: a dead or expired maker is removed; a maker of the same account is removed (by
 * account index: an address could be borrowed); a reduce-only maker with nothing to reduce is removed; a
 * taker that has nothing to reduce, meets a maker who would take on risk at a stale price, would break its margin
 * or the open-interest cap is stopped; a maker that holds a position at a stale price elsewhere and takes on risk here,
 * or that would break its margin is removed; else both trade at the maker's price.
 *
 * No clock and no price moves while a taker is active, and it trades in its own market alone: what was stale or fresh for
 * it at placing stays so until it is finished.
 */
import { isBetter } from "./book-index.ts";
import { type Exchange, holdsStale, isStale, marketAt, orderIn, readAccount } from "./exchange.ts";
import { covers, isLegal, type Margin, marginOf, reduces } from "./margin.ts";
import { deathOf, released, requirementOf } from "./order.ts";
import type { Account, Lots, Market, OrderLink, Quanta, Taker } from "./state.ts";
import { type Action, NO_OP, type RemovalReason, type Step, type StopReason, type Verdict } from "./step.ts";
import { Side } from "./word.ts";

/** The next step of a taker that was placed in an earlier one. */
export function continueTaker(exchange: Exchange, taker: Taker): Step {
  const account = readAccount(exchange, taker.account);
  const margin = marginOf(account, exchange.markets);
  const { action, counterparty } = advanceTaker(exchange, taker, account, margin, 0n, false);
  return { ...NO_OP, action, counterparty, active: { account: taker.account, slot: taker.slot } };
}

/** `carries`: placing has just checked that the account can carry the order. */
export function advanceTaker(
  exchange: Exchange,
  taker: Taker,
  account: Account,
  margin: Margin,
  fee: Quanta,
  carries: boolean,
): Verdict {
  const market = marketAt(exchange, taker.market);
  const head = oppositeHead(market, taker.side);
  if (head !== null && crosses(market, taker))
    return { action: matchHead(exchange, market, head, taker, account, margin, fee), counterparty: head };
  if (taker.immediateOrCancel) return drop(taker, "immediateOrCancel");
  const refusal = carries ? null : canCarry(account, market, margin, taker);
  if (refusal !== null) return drop(taker, refusal);
  const predecessor = exchange.index.predecessorForPrice(taker.market, taker.side, taker.price);
  return { action: { kind: "rest", taker }, counterparty: predecessor };
}

const drop = (taker: Taker, reason: "immediateOrCancel" | "nothingToReduce" | "underMargined"): Verdict => ({
  action: { kind: "dropTaker", taker, reason },
  counterparty: null,
});

export const oppositeHead = (market: Market, side: Side): OrderLink | null =>
  side === Side.buy ? market.bestAsk : market.bestBid;

export function crosses(market: Market, taker: Taker): boolean {
  const head = oppositeHead(market, taker.side);
  return head !== null && !isBetter(taker.side, head.price, taker.price);
}

/** Why an account cannot carry what remains of an order, or null. Reduce-only needs a position, not margin. */
export function canCarry(account: Account, market: Market, margin: Margin, taker: Taker) {
  if (taker.reduceOnly) return reducible(account, taker.market, taker.side) > 0 ? null : "nothingToReduce";
  const more = requirementOf(taker.remaining, taker.price, market.parameters.initialFraction);
  return covers(margin, account.reserved, more) ? null : "underMargined";
}

/** How much of a position an order of this side could take back. */
function reducible(account: Account, market: number, side: Side): Lots {
  const size = account.sizes[market]!;
  return side === Side.buy ? Math.max(0, -size) : Math.max(0, size);
}

function matchHead(
  exchange: Exchange,
  market: Market,
  head: OrderLink,
  taker: Taker,
  account: Account,
  margin: Margin,
  fee: Quanta,
): Action {
  const makerAccount = readAccount(exchange, head.account);
  const maker = orderIn(makerAccount, head);
  const death = deathOf(maker, makerAccount, exchange.machine.time);
  if (death !== null) return remove(taker, death);
  if (head.account === taker.account) return remove(taker, "selfTrade");
  const makerCap = capOf(makerAccount, maker, maker.remaining);
  if (makerCap === 0) return remove(taker, "nothingToReduce");
  const takerCap = capOf(account, taker, taker.remaining);
  if (takerCap === 0) return stop(taker, "nothingToReduce");
  const lots = Math.min(makerCap, takerCap);
  const bought = taker.side === Side.buy ? lots : -lots;
  const takerChange = { market: taker.market, lots: bought, price: maker.price, reserved: account.reserved };
  const makerSize = makerAccount.sizes[taker.market]!;
  const makerReduces = reduces(makerSize, makerSize - bought);
  if (isStale(market, exchange.machine.time) && !makerReduces) return stop(taker, "staleMarket");
  if (!isLegal(account, exchange.markets, margin, fee, takerChange)) return stop(taker, "underMargined");
  const openInterest = openInterestAfter(market, account, makerAccount, taker.market, bought);
  if (openInterest > market.parameters.openInterestCap && openInterest > market.openInterest)
    return stop(taker, "openInterestCap");
  if (!makerReduces && holdsStale(exchange, makerAccount)) return remove(taker, "holdsStale");
  const reserved = makerAccount.reserved - released(maker, makerAccount, lots);
  const makerChange = { market: taker.market, lots: -bought, price: maker.price, reserved };
  const makerMargin = marginOf(makerAccount, exchange.markets);
  if (!isLegal(makerAccount, exchange.markets, makerMargin, 0n, makerChange))
    return remove(taker, "underMargined");
  return { kind: "fill", taker, lots };
}

const remove = (taker: Taker, reason: RemovalReason): Action => ({ kind: "removeMaker", taker, reason });
const stop = (taker: Taker, reason: StopReason): Action => ({ kind: "stopTaker", taker, reason });

const capOf = (
  account: Account,
  order: { market: number; side: Side; reduceOnly: boolean },
  remaining: Lots,
): Lots => (order.reduceOnly ? Math.min(remaining, reducible(account, order.market, order.side)) : remaining);

const long = (size: Lots): Lots => Math.max(0, size);

/** Open interest after the taker buys `bought` lots (negative: sells) from the maker. */
export function openInterestAfter(
  market: Market,
  taker: Account,
  maker: Account,
  m: number,
  bought: Lots,
): Lots {
  const takerSize = taker.sizes[m]!;
  const makerSize = maker.sizes[m]!;
  return (
    market.openInterest +
    (long(takerSize + bought) - long(takerSize)) +
    (long(makerSize - bought) - long(makerSize))
  );
}
