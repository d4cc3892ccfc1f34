/** The scalar field of bn128 in bigints: enough for a handful of constants. */

/** Order of the groups; the field that circuits compute in. */
export const scalarOrder = 21888242871839275222246405745257275088548364400416034343698204186575808495617n;

/** `value` mod the order, never negative. */
export function reduce(value: bigint): bigint {
  const rest = value % scalarOrder;
  return rest < 0n ? rest + scalarOrder : rest;
}

/** base^exponent mod the order. */
export function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  for (let square = reduce(base), rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % scalarOrder;
    square = (square * square) % scalarOrder;
  }
  return result;
}

/** 1/value mod the order, by Fermat; the value must not be zero. */
export function inverse(value: bigint): bigint {
  if (reduce(value) === 0n) throw new RangeError("zero has no inverse");
  return power(value, scalarOrder - 2n);
}

/** 32 bytes, least significant first. */
export function toLittleEndian(value: bigint): Uint8Array {
  const bytes = new Uint8Array(32);
  for (let i = 0, rest = value; i < 32; i++, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}
