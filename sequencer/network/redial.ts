/** Pauses between attempts to connect: doubled, bounded, and spread so that nodes do not come in step. */
import { MAX_REDIAL_MS, MIN_REDIAL_MS } from "./limits.ts";

/** `failures` in a row, 0 after a good connection; `random` is from 0 to 1. */
export function redialMs(failures: number, random: number): number {
  const longest = Math.min(MIN_REDIAL_MS * 2 ** Math.min(failures, 20), MAX_REDIAL_MS);
  return longest * (0.5 + random / 2);
}
