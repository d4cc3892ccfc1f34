/** Accounts and orders as they are told. Money in quanta; requirements in quanta, rounded up. */
import { type Static, Type } from "typebox";
import { SCALE } from "../exchange/margin.ts";
import type { ScaledQuanta } from "../exchange/state.ts";
import type { AccountView, OrderView } from "../node/view.ts";
import {
  AccountIndex,
  Decimal,
  Index,
  MarketIndex,
  SideName,
  Signed,
  SlotIndex,
  sideName,
} from "./schemas.ts";

export const OrderReply = Type.Object({
  account: AccountIndex,
  slot: SlotIndex,
  market: MarketIndex,
  side: SideName,
  reduceOnly: Type.Boolean(),
  price: Index,
  size: Index,
  filled: Index,
  remaining: Index,
  expiry: Index,
  state: Type.String({ description: "open, filled, cancelled, expired, removed, dropped or stopped" }),
  word: Index,
});

export const AccountReply = Type.Object({
  index: AccountIndex,
  ownerKey: Decimal,
  tradingKey: Decimal,
  keyVersion: Index,
  scope: Index,
  keyExpiry: Index,
  collateral: Decimal,
  equity: Decimal,
  initialRequirement: Decimal,
  maintenanceRequirement: Decimal,
  reserved: Decimal,
  /** What a withdrawal may take, before its fee. */
  free: Decimal,
  generation: Index,
  nextNonce: Index,
  nextTradingNonce: Index,
  pending: Index,
  positions: Type.Array(Type.Object({ market: MarketIndex, size: Signed })),
  orders: Type.Array(OrderReply),
});

export const orderReply = (order: OrderView): Static<typeof OrderReply> => ({
  account: order.account,
  slot: order.slot,
  market: order.market,
  side: sideName(order.side),
  reduceOnly: order.reduceOnly,
  price: order.price,
  size: order.size,
  filled: order.filled,
  remaining: order.remaining,
  expiry: order.expiry,
  state: order.state,
  word: order.word,
});

/** Against the trader: a requirement is never told smaller than it is. */
const quantaUp = (scaled: ScaledQuanta): bigint => (scaled + SCALE - 1n) / SCALE;

export function accountReply(account: AccountView): Static<typeof AccountReply> {
  const free = account.equity - quantaUp(account.initialRequirement + account.reserved);
  return {
    index: account.index,
    ownerKey: String(account.ownerKey),
    tradingKey: String(account.tradingKey),
    keyVersion: account.keyVersion,
    scope: account.scope,
    keyExpiry: account.keyExpiry,
    collateral: String(account.collateral),
    equity: String(account.equity),
    initialRequirement: String(quantaUp(account.initialRequirement)),
    maintenanceRequirement: String(quantaUp(account.maintenanceRequirement)),
    reserved: String(quantaUp(account.reserved)),
    free: String(free > 0n ? free : 0n),
    generation: account.generation,
    nextNonce: account.nextNonce,
    nextTradingNonce: account.nextTradingNonce,
    pending: account.pending,
    positions: account.positions.map(({ market, size }) => ({ market, size })),
    orders: account.orders.map(orderReply),
  };
}
