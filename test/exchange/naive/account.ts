/** Accounts of the naive model: everything in bigint, everything summed anew whenever it is asked for. */
import type { NaiveOrder } from "./book.ts";

export interface NaiveMarket {
  oracle: bigint;
  oracleTime: number;
  fundingIndex: bigint;
  fundingClearing: bigint;
  readonly initialFraction: bigint;
  readonly maintenanceFraction: bigint;
  readonly collarFraction: bigint;
  readonly maxMovePerSecond: bigint;
  readonly maxOracleAge: number;
  readonly minOrderValue: bigint;
  readonly openInterestCap: bigint;
}

export interface NaiveAccount {
  ownerKey: bigint;
  tradingKey: bigint;
  keyVersion: number;
  scope: number;
  keyExpiry: number;
  collateral: bigint;
  generation: number;
  readonly ownerNonces: Set<number>;
  readonly tradingNonces: Set<number>;
  readonly positions: { size: bigint; funding: bigint }[];
}

export const newAccount = (markets: number): NaiveAccount => ({
  ownerKey: 0n,
  tradingKey: 0n,
  keyVersion: 0,
  scope: 0,
  keyExpiry: 0,
  collateral: 0n,
  generation: 0,
  ownerNonces: new Set(),
  tradingNonces: new Set(),
  positions: Array.from({ length: markets }, () => ({ size: 0n, funding: 0n })),
});

export const abs = (value: bigint): bigint => (value < 0n ? -value : value);

/** What collateral is kept within, by all but fees. */
export const fits = (collateral: bigint): boolean => collateral >= -(1n << 94n) && collateral < 1n << 94n;

const sum = (values: readonly bigint[]): bigint => values.reduce((total, value) => total + value, 0n);

/** What the account is worth at oracle prices, funding included. */
export const equityOf = (account: NaiveAccount, markets: readonly NaiveMarket[]): bigint =>
  account.collateral +
  sum(account.positions.map(({ size }, m) => size * markets[m]!.oracle)) -
  sum(account.positions.map(({ size, funding }, m) => size * (markets[m]!.fundingIndex - funding)));

/** Ten thousand times the requirement of all positions under one kind of fraction. */
export const requirementOf = (
  account: NaiveAccount,
  markets: readonly NaiveMarket[],
  kind: "initialFraction" | "maintenanceFraction",
): bigint => sum(account.positions.map(({ size }, m) => abs(size) * markets[m]!.oracle * markets[m]![kind]));

/** Ten thousand times what the living orders of an account reserve. */
export const reservedOf = (generation: number, orders: readonly NaiveOrder[]): bigint =>
  sum(
    orders
      .filter((order) => order.generation === generation && !order.reduceOnly)
      .map((order) => order.remaining * order.price * order.fraction),
  );

/** The account as it would be after buying (negative: selling) at a price. */
export function afterTrade(
  account: NaiveAccount,
  market: NaiveMarket,
  m: number,
  bought: bigint,
  price: bigint,
): NaiveAccount {
  const { size, funding } = account.positions[m]!;
  const owed = size * (market.fundingIndex - funding);
  return {
    ...account,
    collateral: account.collateral - owed - bought * price,
    positions: account.positions.map((position, i) =>
      i === m ? { size: size + bought, funding: market.fundingIndex } : position,
    ),
  };
}

/** Whether going from one state to another is allowed, `reserved` being what open orders reserve afterwards. */
export function mayTrade(
  before: NaiveAccount,
  after: NaiveAccount,
  markets: readonly NaiveMarket[],
  m: number,
  reserved: bigint,
): boolean {
  const from = before.positions[m]!.size;
  const to = after.positions[m]!.size;
  if (abs(to) >= 1n << 40n || !fits(after.collateral)) return false;
  const equity = equityOf(after, markets);
  if (equity * 10_000n >= requirementOf(after, markets, "initialFraction") + reserved) return true;
  if (equity < 0n || abs(to) > abs(from) || to * from < 0n) return false;
  const ratioBefore = equityOf(before, markets) * requirementOf(after, markets, "maintenanceFraction");
  return equity * requirementOf(before, markets, "maintenanceFraction") >= ratioBefore;
}
