/** Pauses after failures: doubled each time, within bounds. */
import { MAX_BACKOFF_MS, MIN_BACKOFF_MS } from "./limits.ts";

/** `failures` in a row, 1 for the first. */
export const backoffMs = (failures: number): number =>
  Math.min(MIN_BACKOFF_MS * 2 ** Math.min(failures - 1, 20), MAX_BACKOFF_MS);
