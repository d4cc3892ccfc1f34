/**
 * The markets of the devnet. tick * lot is one quantum, 10^-6 of the collateral, in every one of them, so that price
 * times size needs no rounding.
 */
import type { MarketParameters } from "../../sequencer/exchange/state.ts";
import { countUnits } from "../sdk/decimal.ts";
import type { MarketUnits } from "../sdk/market-units.ts";

/** Decimals of the development token. */
const COLLATERAL_DECIMALS = 6;

export interface DevnetMarket extends MarketUnits {
  readonly oraclePrice: number;
  readonly parameters: MarketParameters;
}

/** 10% initial, 5% maintenance, a collar of 5%, half a percent of movement a second, an hour without a price. */
const parametersOf = (oraclePrice: number): MarketParameters => ({
  initialFraction: 1_000,
  maintenanceFraction: 500,
  collarFraction: 500,
  maxMovePerSecond: Math.max(1, Math.floor(oraclePrice / 200)),
  maxOracleAge: 3_600,
  // One unit of collateral.
  minOrderValue: 10n ** BigInt(COLLATERAL_DECIMALS),
  openInterestCap: 2 ** 48,
});

const market = (
  number: number,
  symbol: string,
  price: string,
  tickSize: string,
  lotSize: string,
): DevnetMarket => {
  const oraclePrice = Number(countUnits({ value: price, unit: tickSize }));
  return { market: number, symbol, tickSize, lotSize, oraclePrice, parameters: parametersOf(oraclePrice) };
};

/** As many as the largest circuit has; smaller ones take the first. */
export const DEVNET_MARKETS: readonly DevnetMarket[] = [
  market(0, "BTC-USD", "64000", "0.5", "0.000002"),
  market(1, "ETH-USD", "2500", "0.05", "0.00002"),
  market(2, "SOL-USD", "150", "0.01", "0.0001"),
  market(3, "XRP-USD", "0.6", "0.0001", "0.01"),
  market(4, "DOGE-USD", "0.15", "0.00001", "0.1"),
  market(5, "LINK-USD", "12", "0.001", "0.001"),
  market(6, "LTC-USD", "70", "0.01", "0.0001"),
  market(7, "XLM-USD", "0.1", "0.00001", "0.1"),
];
