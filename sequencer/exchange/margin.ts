/**
 * Cross margin over all markets, without division or rounding.
 *
 *   equity      = collateral + sum size * (oraclePrice - (fundingIndex - funding))      quanta
 *   maintenance = sum |size| * oraclePrice * maintenanceFraction                        scaled quanta
 *   initial     = sum |size| * oraclePrice * initialFraction                            scaled quanta
 */
import { multiply, multiply3 } from "./exact.ts";
import { COLLATERAL_BITS, CUSTODY_BITS, FRACTION_BITS, FRACTION_ONE, POSITION_BITS, pow2 } from "./limits.ts";
import type { Account, Lots, Market, Quanta, ScaledQuanta, Ticks } from "./state.ts";

export const SCALE = BigInt(FRACTION_ONE);
const COLLATERAL_LIMIT = pow2(COLLATERAL_BITS);
const CUSTODY_LIMIT = pow2(CUSTODY_BITS);
const POSITION_LIMIT = 2 ** POSITION_BITS;
const MOST_FRACTION = 2 ** FRACTION_BITS;

export interface Margin {
  readonly equity: Quanta;
  readonly maintenance: ScaledQuanta;
  readonly initial: ScaledQuanta;
}

const NO_POSITIONS: Margin = { equity: 0n, maintenance: 0n, initial: 0n };

/** Terms below this bound are summed as doubles: MAX_MARKETS of them stay below 2^53, where doubles are exact. */
const EXACT_TERM = 2 ** 49;

export function marginOf(account: Account, markets: readonly Market[]): Margin {
  const { sizes, fundings } = account;
  // What doubles hold exactly; `beyond` holds the rest.
  let worth = 0;
  let maintenance = 0;
  let initial = 0;
  let beyond: Margin = NO_POSITIONS;
  for (let m = 0; m < markets.length; m++) {
    const size = sizes[m]!;
    if (size === 0) continue;
    const { oraclePrice, fundingIndex, parameters } = markets[m]!;
    const lots = Math.abs(size);
    const gain = size * (oraclePrice - (fundingIndex - fundings[m]!));
    const notional = lots * oraclePrice;
    if (Math.abs(gain) < EXACT_TERM && notional * MOST_FRACTION < EXACT_TERM) {
      worth += gain;
      maintenance += notional * parameters.maintenanceFraction;
      initial += notional * parameters.initialFraction;
    } else beyond = withPosition(beyond, markets[m]!, size, fundings[m]!);
  }
  const equity = account.collateral + BigInt(worth);
  if (beyond === NO_POSITIONS) return { equity, maintenance: BigInt(maintenance), initial: BigInt(initial) };
  return {
    equity: equity + beyond.equity,
    maintenance: BigInt(maintenance) + beyond.maintenance,
    initial: BigInt(initial) + beyond.initial,
  };
}

function withPosition(margin: Margin, market: Market, size: Lots, funding: number): Margin {
  const { oraclePrice, fundingIndex, parameters } = market;
  const notional = BigInt(Math.abs(size)) * BigInt(oraclePrice);
  return {
    equity: margin.equity + BigInt(size) * BigInt(oraclePrice - (fundingIndex - funding)),
    maintenance: margin.maintenance + notional * BigInt(parameters.maintenanceFraction),
    initial: margin.initial + notional * BigInt(parameters.initialFraction),
  };
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
  const funding = market.fundingIndex - account.fundings[change.market]!;
  const owed = multiply(account.sizes[change.market]!, funding);
  return account.collateral - owed - multiply(change.lots, change.price);
}

export const withinCollateral = (collateral: Quanta): boolean =>
  collateral < COLLATERAL_LIMIT && collateral >= -COLLATERAL_LIMIT;

/** Whether a deposit leaves custody in its width. */
export const withinCustody = (custody: Quanta): boolean => custody < CUSTODY_LIMIT;

/** Whether a position neither grew nor flipped. */
export function reduces(before: Lots, after: Lots): boolean {
  const flipped = after !== 0 && after < 0 !== before < 0;
  return !flipped && Math.abs(after) <= Math.abs(before);
}

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
  const equity = before.equity + multiply(change.lots, oraclePrice - change.price);
  const grown = Math.abs(sizeAfter) - Math.abs(sizeBefore);
  const initial = before.initial + multiply3(grown, oraclePrice, parameters.initialFraction);
  if (equity * SCALE >= initial + change.reserved) return true;
  if (equity < 0n || !reduces(sizeBefore, sizeAfter)) return false;
  const maintenance = before.maintenance + multiply3(grown, oraclePrice, parameters.maintenanceFraction);
  return equity * before.maintenance >= before.equity * maintenance;
}

/** Whether equity covers the initial requirement, all resting orders and something more. */
export const covers = (margin: Margin, reserved: ScaledQuanta, more: ScaledQuanta): boolean =>
  margin.equity * SCALE >= margin.initial + reserved + more;
