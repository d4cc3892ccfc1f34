import { isDecimal, ticksOf } from "./decimal.ts";
import { atPointer, isPointer } from "./json-pointer.ts";
import type { SourceAnswer } from "./source.ts";

/** Where a price stands in a document, and how many ticks its unit is. */
export interface PricePlace {
  /** RFC 6901. */
  readonly pointer: string;
  /** Ticks per unit of the source, a decimal. */
  readonly scale: string;
}

/** The price in a document's bytes. */
export function priceIn(bytes: Uint8Array, { pointer, scale }: PricePlace): SourceAnswer {
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return { fault: "notJson" };
  }
  const value = atPointer(document, pointer);
  if (value === undefined || value === null) return { fault: "noValue" };
  const price = ticksOf(value, scale);
  return price === undefined ? { fault: "noPrice" } : { price };
}

/** A wrong setting is told when it is made, not with every price. */
export function assertPlace({ pointer, scale }: PricePlace): void {
  if (!isPointer(pointer)) throw new RangeError(`no JSON pointer: ${pointer}`);
  if (!isDecimal(scale)) throw new RangeError(`no scale: ${scale}`);
}
