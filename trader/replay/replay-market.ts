/** The market that a stock is replayed on: a tick is a cent, a lot a ten-thousandth of a share. */
import { basename } from "node:path";
import { DEVNET_MARKETS, type DevnetMarket } from "../devnet/devnet-markets.ts";

const TICK_SIZE = "0.01";
/** tick * lot is a quantum of a six-decimal collateral. */
const LOT_SIZE = "0.0001";
export const LOTS_PER_SHARE = 10_000;

/** The replayed market first, then as many others as the circuit has; those stand still. */
export function replayMarkets(file: string, oraclePrice: number, count: number): DevnetMarket[] {
  const symbol = /^[A-Z]{1,6}/.exec(basename(file))?.[0] ?? "STOCK";
  const replayed: DevnetMarket = {
    market: 0,
    symbol,
    tickSize: TICK_SIZE,
    lotSize: LOT_SIZE,
    oraclePrice,
    parameters: {
      initialFraction: 1_000,
      maintenanceFraction: 500,
      // The oracle follows minutes behind the market, and old orders lie far from both.
      collarFraction: 2_000,
      maxMovePerSecond: Math.ceil(oraclePrice / 100),
      maxOracleAge: 86_400,
      // Odd lots of one share are in the file.
      minOrderValue: 1n,
      openInterestCap: 2 ** 48,
    },
  };
  return [replayed, ...DEVNET_MARKETS.slice(1, count)];
}
