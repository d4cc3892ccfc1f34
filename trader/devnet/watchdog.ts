/** What ends a session early: a part that broke, a limit, or nothing moving any more. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Devnet } from "./devnet.ts";
import { DevnetError } from "./devnet-error.ts";

/** Longest without any batch or request moving on: the slowest tier proves in a fraction of it. */
const STALL_MS = 15 * 60_000;

/** Never resolves; rejects with what went wrong. The signal ends its watching. */
export const brokenOff = (
  devnet: Devnet,
  timeLimitSeconds: number | undefined,
  signal: AbortSignal,
): Promise<never> => Promise.race([devnet.failed, limit(timeLimitSeconds, signal), stalled(devnet, signal)]);

async function limit(seconds: number | undefined, signal: AbortSignal): Promise<never> {
  if (seconds === undefined) return await new Promise<never>(() => undefined);
  await sleep(seconds * 1000, undefined, { signal, ref: false });
  throw new DevnetError("TIMEOUT", `the time limit of ${seconds} s is over`);
}

/** Rejects when nothing has moved for long: something is broken that does not say so. */
async function stalled({ watch }: Devnet, signal: AbortSignal): Promise<never> {
  let last = "";
  let since = performance.now();
  for (;;) {
    await watch.nextLook();
    if (signal.aborted) return await new Promise<never>(() => undefined);
    const now = JSON.stringify([watch.health.batches, watch.health.sequence]);
    if (now !== last) since = performance.now();
    last = now;
    if (performance.now() - since > STALL_MS)
      throw new DevnetError("TIMEOUT", `nothing has moved for ${STALL_MS / 60_000} minutes`, "See the logs.");
  }
}
