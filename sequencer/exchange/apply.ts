/** apply: carries out a decided step. The counterparty changes first, then the active account, then the rest. */
import { openInterestAfter, oppositeHead } from "./decide-taker.ts";
import { multiply } from "./exact.ts";
import { type Exchange, liveOrder, marketAt, orderIn, writeAccount } from "./exchange.ts";
import { collateralAfter } from "./margin.ts";
import { noncesOf, withNonce } from "./nonce.ts";
import { released, requirementOf } from "./order.ts";
import {
  type Account,
  type Lots,
  type Market,
  NO_NONCES,
  type Order,
  type OrderLink,
  type OrderName,
  type Taker,
} from "./state.ts";
import type { Action, Step } from "./step.ts";
import { isL1, keySelectorOf, nonceOf, Outcome, Side } from "./word.ts";

/** Carries out a step that `decide` made from this very state. */
export function apply(exchange: Exchange, step: Step): void {
  if (step.burnsNonce) applyAuthority(exchange, step, step.active!);
  else if (isL1(step.word)) exchange.machine.l1Consumed += 1;
  if (step.outcome === Outcome.accepted) applyAction(exchange, step, step.action);
}

function applyAuthority(exchange: Exchange, step: Step, active: OrderName): void {
  const account = writeAccount(exchange, active.account);
  const keySelector = keySelectorOf(step.word);
  const nonces = withNonce(noncesOf(account, keySelector), nonceOf(step.word));
  account[keySelector === 1 ? "tradingNonces" : "ownerNonces"] = nonces;
  account.collateral -= step.fee;
  exchange.machine.fees += step.fee;
}

function applyAction(exchange: Exchange, step: Step, action: Action): void {
  const { machine } = exchange;
  switch (action.kind) {
    case "none":
      return;
    case "tick":
      machine.time = action.time;
      exchange.markets.forEach((market, m) => {
        market.oraclePrice += action.deltas[m]!;
        if (action.fresh[m]) market.oracleTime = action.time;
      });
      return;
    case "payload":
      if (action.l1) machine[action.half === "high" ? "l1PayloadHigh" : "l1PayloadLow"] = action.data;
      else machine[action.half === "high" ? "payloadHigh" : "payloadLow"] = action.data;
      return;
    case "fill":
      applyFill(exchange, action.taker, action.lots);
      return;
    case "removeMaker": {
      const head = oppositeHead(marketAt(exchange, action.taker.market), action.taker.side)!;
      unlink(exchange, head, null);
      machine.taker = action.taker;
      return;
    }
    case "stopTaker":
    case "dropTaker":
      machine.taker = null;
      return;
    case "rest":
      applyRest(exchange, action.taker, step.counterparty);
      return;
    case "unlink":
      unlink(exchange, step.active!, step.counterparty);
      return;
    default:
      applyAccountAction(exchange, writeAccount(exchange, step.active!.account), step, action);
  }
}

function applyAccountAction(exchange: Exchange, account: Account, step: Step, action: Action): void {
  switch (action.kind) {
    case "register":
      account.ownerKey = action.ownerKey;
      account.collateral = action.amount;
      exchange.machine.custody += action.amount;
      exchange.machine.nextAccount += 1;
      exchange.machine.l1PayloadHigh = 0n;
      exchange.machine.l1PayloadLow = 0n;
      return;
    case "deposit":
      account.collateral += action.amount;
      exchange.machine.custody += action.amount;
      return;
    case "withdraw":
      account.collateral -= action.amount;
      exchange.machine.custody -= action.amount;
      return;
    case "transfer":
      writeAccount(exchange, step.counterparty!.account).collateral += action.amount;
      account.collateral -= action.amount;
      return;
    case "cancelAll":
      account.generation += 1;
      account.reserved = 0n;
      return;
    case "setTradingKey":
      account.tradingKey = action.key;
      account.keyVersion += 1;
      account.scope = action.scope;
      account.keyExpiry = action.expiry;
      account.tradingNonces = NO_NONCES;
      exchange.machine.payloadHigh = 0n;
      exchange.machine.payloadLow = 0n;
  }
}

/** Settles funding in one market, then trades: the maker's price, signed lots. */
function trade(account: Account, market: Market, m: number, lots: Lots, price: number): void {
  const size = account.sizes[m]!;
  market.fundingClearing += multiply(size, market.fundingIndex - account.fundings[m]!);
  account.collateral = collateralAfter(account, market, { market: m, lots, price, reserved: 0n });
  account.fundings[m] = market.fundingIndex;
  account.sizes[m] = size + lots;
}

function applyFill(exchange: Exchange, taker: Taker, lots: Lots): void {
  const market = marketAt(exchange, taker.market);
  const head = oppositeHead(market, taker.side)!;
  const makerAccount = writeAccount(exchange, head.account);
  const maker = orderIn(makerAccount, head);
  const account = writeAccount(exchange, taker.account);
  const bought = taker.side === Side.buy ? lots : -lots;
  market.openInterest = openInterestAfter(market, account, makerAccount, taker.market, bought);
  trade(makerAccount, market, taker.market, -bought, maker.price);
  if (lots === maker.remaining) unlink(exchange, head, null);
  else {
    makerAccount.reserved -= released(maker, makerAccount, lots);
    maker.remaining -= lots;
  }
  trade(account, market, taker.market, bought, maker.price);
  const remaining = taker.remaining - lots;
  exchange.machine.taker = remaining === 0 ? null : { ...taker, remaining };
}

function applyRest(exchange: Exchange, taker: Taker, predecessor: OrderName | null): void {
  const market = marketAt(exchange, taker.market);
  const account = writeAccount(exchange, taker.account);
  const link: OrderLink = { account: taker.account, slot: taker.slot, price: taker.price };
  const fraction = market.parameters.initialFraction;
  const order: Order = {
    market: taker.market,
    side: taker.side,
    reduceOnly: taker.reduceOnly,
    price: taker.price,
    remaining: taker.remaining,
    expiry: taker.expiry,
    generation: account.generation,
    fraction,
    next: replaceLink(exchange, market, taker.side, predecessor, link),
  };
  account.orders.set(taker.slot, order);
  if (!order.reduceOnly) account.reserved += requirementOf(order.remaining, order.price, fraction);
  exchange.index.inserted(taker.market, taker.side, link, predecessor);
  exchange.machine.taker = null;
}

/** Points the head or a predecessor somewhere else; returns where it pointed before. */
function replaceLink(
  exchange: Exchange,
  market: Market,
  side: Side,
  predecessor: OrderName | null,
  link: OrderLink | null,
): OrderLink | null {
  if (predecessor !== null) {
    const order = liveOrder(exchange, predecessor);
    const before = order.next;
    order.next = link;
    return before;
  }
  const head = side === Side.buy ? "bestBid" : "bestAsk";
  const before = market[head];
  market[head] = link;
  return before;
}

/** Takes an order out of its list, clears its leaf and gives its reserve back. */
function unlink(exchange: Exchange, name: OrderName, predecessor: OrderName | null): void {
  const owner = writeAccount(exchange, name.account);
  const order = orderIn(owner, name);
  replaceLink(exchange, marketAt(exchange, order.market), order.side, predecessor, order.next);
  owner.reserved -= released(order, owner, order.remaining);
  owner.orders.delete(name.slot);
  exchange.index.removed(order.market, order.side, name);
}
