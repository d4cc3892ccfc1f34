/**
 * Rows of factors as assembly/sum.ts sums them up: two factors a multiplication (Winograd 1968), as
 * a l + b r = (l + b) (r + a) - l r - a b. The products l r are common to all rows over the same elements, a b is known.
 */
import { reduce, type Vector } from "./field-matrices.ts";

export interface PairedRow {
  /** - a b of all pairs: begins the sum. */
  readonly constant: bigint;
  /** Factors of elements that have no partner. */
  readonly singles: Vector;
  /** Factors a of l and b of r. */
  readonly pairs: readonly (readonly [a: bigint, b: bigint])[];
}

const rowOf = (singles: Vector, left: Vector, right: Vector): PairedRow => ({
  constant: reduce(-left.reduce((sum, a, i) => sum + a * right[i]!, 0n)),
  singles,
  pairs: left.map((a, i) => [a, right[i]!]),
});

/** Over a state: neighbours are pairs, the last of an odd number is single. */
export function stateRow(row: Vector): PairedRow {
  const paired = row.length - (row.length % 2);
  const at = (odd: number) => row.slice(0, paired).filter((_, i) => i % 2 === odd);
  return rowOf(row.slice(paired), at(0), at(1));
}

/** Over the recurrence's last heads and powers, of which there may be fewer: those of the same age are pairs. */
export function recurrenceRow(heads: Vector, powers: Vector): PairedRow {
  const singles = heads.length - powers.length;
  return rowOf(heads.slice(0, singles), heads.slice(singles), powers);
}

/** In the order in which they are read. */
export const numbersOf = ({ constant, singles, pairs }: PairedRow): Vector => [
  constant,
  ...pairs.flat(),
  ...singles,
];
