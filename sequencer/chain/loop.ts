/** Does something again and again: at an interval while it works, with growing pauses while it fails. */
import { backoffMs } from "./backoff.ts";
import { ChainFaultError } from "./fault.ts";

export interface LoopOptions {
  readonly step: () => Promise<void>;
  readonly intervalMs: number;
  readonly signal: AbortSignal;
  /** Resolves after the pause, or at once when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** `failures` in a row, this one included. */
  readonly onError: (error: unknown, pauseMs: number, failures: number) => void;
}

/** Ends when the signal aborts; throws only the fault that ends it. */
export async function loop({ step, intervalMs, signal, sleep, onError }: LoopOptions): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    let pauseMs = intervalMs;
    try {
      await step();
      failures = 0;
    } catch (error) {
      if (error instanceof ChainFaultError) throw error;
      failures += 1;
      pauseMs = backoffMs(failures);
      // What breaks off because the node stops is no failure.
      if (!signal.aborted) onError(error, pauseMs, failures);
    }
    if (!signal.aborted) await sleep(pauseMs, signal);
  }
}
