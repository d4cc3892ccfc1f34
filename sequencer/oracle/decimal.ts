/** Prices as they are written to ticks, without floating point in between. */
import type { Ticks } from "../exchange/state.ts";
import { MAX_PRICE_CHARACTERS } from "./limits.ts";
import { isPrice } from "./report.ts";

/** Digits times a power of ten. */
interface Decimal {
  readonly digits: bigint;
  readonly exponent: number;
}

const DECIMAL = /^([0-9]+)(?:\.([0-9]+))?(?:[eE]([+-]?[0-9]{1,2}))?$/;

/** Reads what JSON numbers and the strings of price pages look like; undefined for signs, spaces, infinities and all else. */
function parseDecimal(text: string): Decimal | undefined {
  if (text.length > MAX_PRICE_CHARACTERS) return undefined;
  const [, whole, fraction = "", exponent = "0"] = DECIMAL.exec(text) ?? [];
  if (whole === undefined) return undefined;
  return { digits: BigInt(whole + fraction), exponent: Number(exponent) - fraction.length };
}

export const isDecimal = (text: string): boolean => parseDecimal(text) !== undefined;

/**
 * A price times a scale as ticks, the nearest whole number, halves up. A number of a JSON document is taken as
 * JavaScript writes it: the shortest decimal that means it. Undefined when it is no price or no number of ticks.
 */
export function ticksOf(price: unknown, scale: string): Ticks | undefined {
  if (typeof price !== "string" && typeof price !== "number") return undefined;
  const [value, factor] = [parseDecimal(String(price)), parseDecimal(scale)];
  if (value === undefined || factor === undefined) return undefined;
  const digits = value.digits * factor.digits;
  const exponent = value.exponent + factor.exponent;
  const unit = 10n ** BigInt(Math.abs(exponent));
  const ticks = Number(exponent >= 0 ? digits * unit : (2n * digits + unit) / (2n * unit));
  return isPrice(ticks) ? ticks : undefined;
}
