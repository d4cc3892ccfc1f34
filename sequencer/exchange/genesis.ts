/**
 * What a first state may be. No step wrote it, so nothing else ranges it: a circuit takes its parameters apart in their
 * widths and would read others, or find no witness for any batch at all.
 */
import { FIELD_MODULUS } from "./field.ts";
import {
  AMOUNT_BITS,
  FRACTION_BITS,
  FRACTION_ONE,
  MAX_MARKETS,
  OPEN_INTEREST_BITS,
  PRICE_BITS,
  pow2,
  TIME_BITS,
} from "./limits.ts";
import type { Genesis, MarketParameters } from "./state.ts";

/** A first state that could not be proven, or in which nobody could trade by its own rules. */
export class BadGenesis extends Error {
  readonly code = "badGenesis";
  /** `requestFee`, `markets[2].parameters.initialFraction`. */
  readonly path: string;

  constructor(path: string, problem: string) {
    super(`${path}: ${problem}`);
    this.name = "BadGenesis";
    this.path = path;
  }
}

/** Whole numbers of so many bits, from some least one on. */
interface Range {
  readonly least: bigint;
  readonly bits: number;
}

const width = (bits: number, least = 0n): Range => ({ least, bits });

const PARAMETERS: Readonly<Record<keyof MarketParameters, Range>> = {
  // At zero a position would need no margin, and an order nothing at all to reach through the oracle price.
  initialFraction: width(FRACTION_BITS, 1n),
  maintenanceFraction: width(FRACTION_BITS, 1n),
  collarFraction: width(FRACTION_BITS, 1n),
  maxMovePerSecond: width(PRICE_BITS),
  maxOracleAge: width(TIME_BITS),
  minOrderValue: width(AMOUNT_BITS),
  openInterestCap: width(OPEN_INTEREST_BITS),
};

/** Throws BadGenesis, which names the first place that is wrong. */
export function checkGenesis({ domain, requestFee, time, markets }: Genesis): void {
  if (domain < 0n || domain >= FIELD_MODULUS) throw new BadGenesis("domain", "is no field element");
  inRange("requestFee", requestFee, width(AMOUNT_BITS));
  inRange("time", time, width(TIME_BITS));
  if (markets.length < 1 || markets.length > MAX_MARKETS)
    throw new BadGenesis("markets", `${markets.length} of them, not 1 to ${MAX_MARKETS}`);
  markets.forEach(({ oraclePrice, parameters }, m) => {
    inRange(`markets[${m}].oraclePrice`, oraclePrice, width(PRICE_BITS, 1n));
    checkParameters(`markets[${m}].parameters`, parameters);
  });
}

function checkParameters(at: string, parameters: MarketParameters): void {
  for (const name of Object.keys(PARAMETERS) as (keyof MarketParameters)[])
    inRange(`${at}.${name}`, parameters[name], PARAMETERS[name]);
  const { initialFraction, maintenanceFraction, collarFraction } = parameters;
  if (maintenanceFraction > initialFraction)
    throw new BadGenesis(
      `${at}.maintenanceFraction`,
      `${maintenanceFraction} is more than the initial ${initialFraction}`,
    );
  // From there on a sale at any price would be inside.
  if (collarFraction >= FRACTION_ONE)
    throw new BadGenesis(
      `${at}.collarFraction`,
      `${collarFraction} bounds no sale, ${FRACTION_ONE} is all of a price`,
    );
}

function inRange(path: string, value: number | bigint, { least, bits }: Range): void {
  const isWhole = typeof value === "bigint" || Number.isSafeInteger(value);
  if (!isWhole || value < least || value >= pow2(bits))
    throw new BadGenesis(path, `${value} is no whole number from ${least} to 2^${bits} - 1`);
}
