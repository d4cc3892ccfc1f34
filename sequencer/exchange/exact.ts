/**
 * Products of whole numbers as bigints, made in doubles where these are exact: bigint multiplication is the
 * machine's main cost. A product that does not fit 53 bits never rounds to one that does, nor comes back below
 * by a further whole factor (but by 0, rightly), so the check on the rounded product is enough.
 */

/** a * b, exactly. */
export function multiply(a: number, b: number): bigint {
  const product = a * b;
  return Number.isSafeInteger(product) ? BigInt(product) : BigInt(a) * BigInt(b);
}

/** a * b * c, exactly. */
export function multiply3(a: number, b: number, c: number): bigint {
  const product = a * b * c;
  return Number.isSafeInteger(product) ? BigInt(product) : BigInt(a) * BigInt(b) * BigInt(c);
}
