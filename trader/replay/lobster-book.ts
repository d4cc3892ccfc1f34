/** The first row of a LOBSTER order book file: ask price, ask size, bid price, bid size, level after level. */
import type { RestingSide } from "./lobster-message.ts";
import type { Line } from "./read-lines.ts";
import { ReplayError } from "./replay-error.ts";

export interface SeedLevel {
  readonly side: RestingSide;
  /** Dollars * 10^4. */
  readonly price: number;
  readonly size: number;
}

/** What the format writes where a side has fewer levels. */
const EMPTY_LEVEL = 9_999_999_999;

export function parseBookRow(line: Line): SeedLevel[] {
  const columns = line.text.split(",").map((text) => (/^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN));
  if (columns.length % 4 !== 0 || columns.some(Number.isNaN))
    throw new ReplayError("BAD_LINE", `line ${line.number} is not a row of an order book file`);
  const levels: SeedLevel[] = [];
  for (let at = 0; at < columns.length; at += 2) {
    const [price, size] = [columns[at]!, columns[at + 1]!];
    if (Math.abs(price) === EMPTY_LEVEL) continue;
    if (price <= 0 || size <= 0)
      throw new ReplayError("BAD_LINE", `line ${line.number} has a price or size that is not above zero`);
    levels.push({ side: at % 4 === 0 ? "sell" : "buy", price, size });
  }
  return levels;
}
