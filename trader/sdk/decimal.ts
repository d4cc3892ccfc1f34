/**
 * Decimal strings and whole numbers of a unit. People write prices as decimals, the exchange counts ticks; a value
 * that is not a whole number of units is never rounded, so a trader gets exactly what was written or an error.
 */
import { TraderError } from "./trader-error.ts";

/** No price, size or amount of money needs more; a bound keeps hostile input cheap. */
const MAX_DIGITS = 40;

interface Decimal {
  readonly digits: bigint;
  readonly decimals: number;
}

function parse(text: string): Decimal {
  const match = /^(\d+)(?:\.(\d+))?$/.exec(text);
  if (match === null || text.length > MAX_DIGITS)
    throw new TraderError("BAD_NUMBER", {
      message: `not a decimal number: ${JSON.stringify(text.slice(0, MAX_DIGITS))}`,
      whatToDo: 'Write it as a string of digits with at most one point, such as "12.5".',
    });
  const [, whole, fraction = ""] = match;
  return { digits: BigInt(`${whole}${fraction}`), decimals: fraction.length };
}

const scaleTo = (value: Decimal, decimals: number): bigint =>
  value.digits * 10n ** BigInt(decimals - value.decimals);

/**
 * How many units a value is; undefined when it is not a whole number of them.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { countUnits } from "./decimal.ts";
 *
 * equal(countUnits({ value: "223.55", unit: "0.05" }), 4471n);
 * equal(countUnits({ value: "223.56", unit: "0.05" }), undefined);
 */
export function countUnits(options: { readonly value: string; readonly unit: string }): bigint | undefined {
  const value = parse(options.value);
  const unit = parse(options.unit);
  if (unit.digits === 0n) throw new TraderError("BAD_CONFIG", { message: `a unit of zero: ${options.unit}` });
  const decimals = Math.max(value.decimals, unit.decimals);
  const numerator = scaleTo(value, decimals);
  const denominator = scaleTo(unit, decimals);
  return numerator % denominator === 0n ? numerator / denominator : undefined;
}

/**
 * So many units as a decimal string, with as many decimals as the unit has. The inverse of `countUnits`.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { formatUnits } from "./decimal.ts";
 *
 * equal(formatUnits({ count: 4471, unit: "0.05" }), "223.55");
 * equal(formatUnits({ count: -3n, unit: "0.001" }), "-0.003");
 */
export function formatUnits(options: { readonly count: bigint | number; readonly unit: string }): string {
  const unit = parse(options.unit);
  const total = BigInt(options.count) * unit.digits;
  const sign = total < 0n ? "-" : "";
  const digits = (total < 0n ? -total : total).toString().padStart(unit.decimals + 1, "0");
  if (unit.decimals === 0) return `${sign}${digits}`;
  return `${sign}${digits.slice(0, -unit.decimals)}.${digits.slice(-unit.decimals)}`;
}
