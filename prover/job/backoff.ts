import { ProverError } from "../backend/prover-error.ts";
import type { Clock } from "./clock.ts";
import { FIRST_PAUSE_MS, LONGEST_PAUSE_MS } from "./limits.ts";

/** The pause after the nth failure in a row, from 0: doubling, bounded, and half of it chance, so that workers spread. */
export function pauseMs(failures: number, random: number, longest = LONGEST_PAUSE_MS): number {
  const full = Math.min(longest, FIRST_PAUSE_MS * 2 ** Math.min(failures, 30));
  return Math.round(full * (0.5 + random / 2));
}

export interface RetryOptions {
  readonly attempts: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
  /** Told before each pause. */
  readonly onRetry?: ((error: ProverError, pauseMs: number) => void) | undefined;
}

/** Tries again what failed because the node was away (`apiUnreachable`); everything else is final. */
export async function withRetries<T>(options: RetryOptions, attempt: () => Promise<T>): Promise<T> {
  const { attempts, clock, signal, onRetry } = options;
  for (let failures = 0; ; failures++) {
    try {
      return await attempt();
    } catch (error) {
      const isPassing = error instanceof ProverError && error.code === "apiUnreachable";
      if (!isPassing || failures + 1 >= attempts) throw error;
      const ms = pauseMs(failures, clock.random());
      onRetry?.(error, ms);
      await clock.sleep(ms, signal);
      if (signal?.aborted === true) throw new ProverError("stopped", "stopped while waiting for the node");
    }
  }
}
