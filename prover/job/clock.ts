import { setTimeout as pause } from "node:timers/promises";

/** Time and chance, so that tests can do without either. */
export interface Clock {
  /** Returns after so long, or at once when the signal fires; it never throws. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** From 0 up to 1. */
  random(): number;
}

export const systemClock: Clock = {
  sleep: (ms, signal) => pause(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined),
  random: Math.random,
};
