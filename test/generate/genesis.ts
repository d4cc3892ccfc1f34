/** First states for tests: markets whose limits are tight enough to be met by random trading. */
import type { Genesis } from "../../sequencer/exchange/state.ts";

const START = 1_700_000_000;

/**
 * Markets get cheaper and riskier one after another; caps on open interest are small, so that they bind. With a
 * magnitude, prices and sizes are larger by so many bits, and money by twice as many.
 */
export const testGenesis = (markets: number, magnitude = 0): Genesis => ({
  domain: 0x50726f6f66626f6f6bn,
  requestFee: 3n,
  time: START,
  markets: Array.from({ length: markets }, (_, m) => {
    const oraclePrice = Math.max(100, Math.round(2000 / (m + 1))) * 2 ** magnitude;
    return {
      oraclePrice,
      parameters: {
        initialFraction: 1000 + 200 * m,
        maintenanceFraction: 500 + 100 * m,
        collarFraction: 1000,
        maxMovePerSecond: Math.max(1, Math.round(oraclePrice / 200)),
        maxOracleAge: 60,
        minOrderValue: BigInt(2 * oraclePrice) << BigInt(magnitude),
        openInterestCap: (150 + 50 * m) * 2 ** magnitude,
      },
    };
  }),
});
