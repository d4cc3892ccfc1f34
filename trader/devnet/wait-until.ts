import { setTimeout as sleep } from "node:timers/promises";
import { DevnetError } from "./devnet-error.ts";

const POLL_MS = 250;

/** Asks again and again; throws `TIMEOUT` naming what was waited for. */
export async function waitUntil<T>(
  what: string,
  timeoutMs: number,
  ask: () => Promise<T | undefined>,
): Promise<T> {
  for (const until = performance.now() + timeoutMs; ; ) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (performance.now() > until)
      throw new DevnetError("TIMEOUT", `${what} took longer than ${Math.round(timeoutMs / 1000)} s`);
    await sleep(POLL_MS);
  }
}
