/** Numbers below p for the kernel's tests. */
import { FIELD_MODULUS as P } from "../../sequencer/exchange/field.ts";
import { SUBGROUP_ORDER as N } from "../../sequencer/kernel/kernel.ts";
import type { Random } from "../generate/random.ts";

/** Spread over all of the field. */
export function randomNumber(random: Random): bigint {
  let number = 0n;
  for (let i = 0; i < 9; i++) number = (number << 32n) | BigInt(random.bits32());
  return number % P;
}

const powers = [29, 58, 64, 87, 116, 128, 145, 174, 192, 203, 232, 253].map((bits) => 1n << BigInt(bits));

/** Both ends of the field, the order of the curve's subgroup, middles, and both sides of the borders of limbs and words. */
export const boundaryNumbers: readonly bigint[] = [
  ...[0n, 1n, P - 1n, N - 1n, N, N + 1n],
  ...[2n, P - 2n, (P - 1n) / 2n, (P + 1n) / 2n, (N - 1n) / 2n, (N + 1n) / 2n, 7n * N],
  ...powers.flatMap((power) => [power - 1n, power, power + 1n, P - power]),
];
