/** Collateral in whole tokens, as people write it, and in quanta, as the exchange counts it. */
import { AMOUNT_BITS, pow2 } from "../../sequencer/exchange/limits.ts";
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { countUnits, formatUnits } from "./decimal.ts";
import { TraderError } from "./trader-error.ts";

const quantumOf = (decimals: number): string => (decimals === 0 ? "1" : `0.${"1".padStart(decimals, "0")}`);

/**
 * An amount of tokens in quanta. Throws `OFF_QUANTUM` on more decimals than the token has.
 *
 * @example
 * import { equal, throws } from "node:assert/strict";
 * import { toQuanta } from "./money.ts";
 *
 * equal(toQuanta({ amount: "2.5", decimals: 6 }), 2_500_000n);
 * throws(() => toQuanta({ amount: "0.0000001", decimals: 6 }), { code: "OFF_QUANTUM" });
 */
export function toQuanta(options: { readonly amount: string; readonly decimals: number }): Quanta {
  const { amount, decimals } = options;
  const quanta = countUnits({ value: amount, unit: quantumOf(decimals) });
  if (quanta === undefined)
    throw new TraderError("OFF_QUANTUM", {
      message: `amount ${amount} has more than the ${decimals} decimals of the collateral`,
      facts: { amount, decimals },
    });
  if (quanta === 0n || quanta >= pow2(AMOUNT_BITS))
    throw new TraderError("OUT_OF_RANGE", {
      message: `amount ${amount} must be at least one quantum and below 2^${AMOUNT_BITS} quanta`,
      facts: { amount, decimals },
    });
  return quanta;
}

/**
 * Quanta as a decimal string of tokens.
 *
 * @example
 * import { equal } from "node:assert/strict";
 * import { formatQuanta } from "./money.ts";
 *
 * equal(formatQuanta({ quanta: -2_500_000n, decimals: 6 }), "-2.500000");
 */
export const formatQuanta = (options: { readonly quanta: Quanta; readonly decimals: number }): string =>
  formatUnits({ count: options.quanta, unit: quantumOf(options.decimals) });
