/** What a trader must know of a market to speak in decimals: one tick and one lot. tick * lot = one quantum. */
import { PRICE_BITS, SIZE_BITS } from "../../sequencer/exchange/limits.ts";
import type { Lots, Ticks } from "../../sequencer/exchange/state.ts";
import { countUnits } from "./decimal.ts";
import { TraderError, type TraderErrorCode } from "./trader-error.ts";

export interface MarketUnits {
  /** The number that request words name it by. */
  readonly market: number;
  readonly symbol: string;
  /** Price of one tick, a decimal string. */
  readonly tickSize: string;
  /** Size of one lot, a decimal string. */
  readonly lotSize: string;
}

interface Quantity {
  readonly name: string;
  readonly value: string;
  readonly unit: string;
  readonly unitName: string;
  readonly bits: number;
  readonly off: TraderErrorCode;
}

function whole({ name, value, unit, unitName, bits, off }: Quantity): number {
  const count = countUnits({ value, unit });
  if (count === undefined)
    throw new TraderError(off, {
      message: `${name} ${value} is not a whole number of ${unitName}s of ${unit}`,
      facts: { [name]: value, [unitName]: unit },
      whatToDo: `Use a multiple of ${unit}.`,
    });
  if (count === 0n || count >= 1n << BigInt(bits))
    throw new TraderError("OUT_OF_RANGE", {
      message: `${name} ${value} must be at least one ${unitName} and below 2^${bits} ${unitName}s of ${unit}`,
      facts: { [name]: value, [unitName]: unit },
    });
  return Number(count);
}

/**
 * A price in ticks. Throws `OFF_TICK` on a price between two ticks.
 *
 * @example
 * import { equal, throws } from "node:assert/strict";
 * import { toTicks } from "./market-units.ts";
 *
 * const units = { market: 0, symbol: "BTC-USD", tickSize: "0.5", lotSize: "0.000002" };
 * equal(toTicks({ price: "64000.5", units }), 128_001);
 * throws(() => toTicks({ price: "64000.3", units }), { code: "OFF_TICK" });
 */
export const toTicks = (options: { readonly price: string; readonly units: MarketUnits }): Ticks =>
  whole({
    name: "price",
    value: options.price,
    unit: options.units.tickSize,
    unitName: "tick",
    bits: PRICE_BITS,
    off: "OFF_TICK",
  });

/**
 * A size in lots. Throws `OFF_LOT` on a size between two lots.
 *
 * @example
 * import { equal, throws } from "node:assert/strict";
 * import { toLots } from "./market-units.ts";
 *
 * const units = { market: 0, symbol: "BTC-USD", tickSize: "0.5", lotSize: "0.000002" };
 * equal(toLots({ size: "0.25", units }), 125_000);
 * throws(() => toLots({ size: "0.000001", units }), { code: "OFF_LOT" });
 */
export const toLots = (options: { readonly size: string; readonly units: MarketUnits }): Lots =>
  whole({
    name: "size",
    value: options.size,
    unit: options.units.lotSize,
    unitName: "lot",
    bits: SIZE_BITS,
    off: "OFF_LOT",
  });
