/** How long one call takes. */

/** Shorter than a turn on a core that others want as well: one of the rounds is undisturbed. */
const ROUND_MS = 5;
const ROUNDS = 100;

/** The best of some rounds, in microseconds: what it takes when nobody else takes the core. */
export function microseconds(call: () => unknown): number {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < ROUNDS; round++) {
    const startMs = performance.now();
    let calls = 0;
    let elapsedMs = 0;
    do {
      call();
      calls += 1;
      elapsedMs = performance.now() - startMs;
    } while (elapsedMs < ROUND_MS);
    best = Math.min(best, (elapsedMs * 1000) / calls);
  }
  return best;
}
