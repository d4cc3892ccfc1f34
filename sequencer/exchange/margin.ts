/**
 * Cross margin over all markets, without division or rounding.
 *
 *   equity      = collateral + sum size * (oraclePrice - (fundingIndex - funding))      quanta
 *   maintenance = sum |size| * oraclePrice * maintenanceFraction                        scaled quanta
 *   initial     = sum |size| * oraclePrice * initialFraction                            scaled quanta
 */
import { COLLATERAL_BITS, FRACTION_ONE, POSITION_BITS, pow2 } from "./limits.ts";
import type { Account, Lots, Market, Quanta, ScaledQuanta, Ticks } from "./state.ts";

export const SCALE = BigInt(FRACTION_ONE);
const COLLATERAL_LIMIT = pow2(COLLATERAL_BITS);
const POSITION_LIMIT = 2 ** POSITION_BITS;

export interface Margin {
  readonly equity: Quanta;
  readonly maintenance: ScaledQuanta;
  readonly initial: ScaledQuanta;
}

export function marginOf(account: Account, markets: readonly Market[]): Margin {
  let equity = account.collateral;
  let maintenance = 0n;
  let initial = 0n;
  for (let m = 0; m < markets.length; m++) {
    const size = account.sizes[m]!;
    if (size === 0) continue;
    const market = markets[m]!;
    const worth = market.oraclePrice - (market.fundingIndex - account.fundings[m]!);
    equity += BigInt(size) * BigInt(worth);
    const notional = BigInt(Math.abs(size)) * BigInt(market.oraclePrice);
    maintenance += notional * BigInt(market.parameters.maintenanceFraction);
    initial += notional * BigInt(market.parameters.initialFraction);
  }
  return { equity, maintenance, initial };
}

/** A fill seen from one of its two accounts. */
export interface Change {
  readonly market: number;
  /** Signed: positive buys. */
  readonly lots: Lots;
  readonly price: Ticks;
  /** Requirement of the account's resting orders after the fill. */
  readonly reserved: ScaledQuanta;
}

/** Collateral after lazy funding settlement in the market of a fill and after paying for the fill. */
export function collateralAfter(account: Account, market: Market, change: Change): Quanta {
  const owed =
    BigInt(account.sizes[change.market]!) * BigInt(market.fundingIndex - account.fundings[change.market]!);
  return account.collateral - owed - BigInt(change.lots) * BigInt(change.price);
}

export const withinCollateral = (collateral: Quanta): boolean =>
  collateral < COLLATERAL_LIMIT && collateral >= -COLLATERAL_LIMIT;

/**
 * Whether an account may make a fill: afterwards it covers the initial requirement, or it is solvent,
 * no position grew or flipped, and equity / maintenance did not fall (cross-multiplied).
 * `before` is the margin after the request fee, `paid` that fee.
 */
export function isLegal(
  account: Account,
  markets: readonly Market[],
  before: Margin,
  paid: Quanta,
  change: Change,
) {
  const market = markets[change.market]!;
  const sizeBefore = account.sizes[change.market]!;
  const sizeAfter = sizeBefore + change.lots;
  if (Math.abs(sizeAfter) >= POSITION_LIMIT) return false;
  if (!withinCollateral(collateralAfter(account, market, change) - paid)) return false;
  const { oraclePrice, parameters } = market;
  const equity = before.equity + BigInt(change.lots) * BigInt(oraclePrice - change.price);
  const grown = BigInt(Math.abs(sizeAfter) - Math.abs(sizeBefore)) * BigInt(oraclePrice);
  const initial = before.initial + grown * BigInt(parameters.initialFraction);
  if (equity * SCALE >= initial + change.reserved) return true;
  const flipped = sizeAfter !== 0 && sizeAfter < 0 !== sizeBefore < 0;
  if (equity < 0n || flipped || Math.abs(sizeAfter) > Math.abs(sizeBefore)) return false;
  const maintenance = before.maintenance + grown * BigInt(parameters.maintenanceFraction);
  return equity * before.maintenance >= before.equity * maintenance;
}

/** Whether equity covers the initial requirement, all resting orders and something more. */
export const covers = (margin: Margin, reserved: ScaledQuanta, more: ScaledQuanta): boolean =>
  margin.equity * SCALE >= margin.initial + reserved + more;
