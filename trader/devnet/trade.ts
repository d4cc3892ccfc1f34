/** `npm start`: a devnet with traders that trade a generated flow, until Ctrl-C or until enough is settled. */
import { setTimeout as sleep } from "node:timers/promises";
import { type Devnet, startDevnet } from "./devnet.ts";
import { DevnetError } from "./devnet-error.ts";
import { DEVNET_MARKETS } from "./devnet-markets.ts";
import { driveFlow } from "./flow-driver.ts";
import type { StartOptions } from "./options.ts";
import type { SessionSurroundings } from "./run-session.ts";
import { openTraders } from "./traders.ts";

/** Two make markets, one takes. Each costs three steps of the first batches. */
const TRADERS = 3;
/** A million units of a six-decimal collateral. */
const FIRST_DEPOSIT = 1_000_000_000_000n;
/** Markets that are traded: few, so that the books have some depth. */
const TRADED_MARKETS = 3;
/** Machine time after which a batch is cut, full or not. */
const MAX_BATCH_SECONDS = 120;
/** Longest without any batch moving on, ms: the slowest tier proves in a fraction of it. */
const STALL_MS = 15 * 60_000;

export async function tradeGeneratedFlow(
  options: StartOptions,
  { report, signal }: SessionSurroundings,
): Promise<void> {
  const { seed, dimensions, untilSettled } = options;
  const markets = DEVNET_MARKETS.slice(0, dimensions.markets);
  const devnet = await startDevnet({
    ...options,
    markets,
    prices: { kind: "walk", seed: String(seed) },
    maxBatchSeconds: MAX_BATCH_SECONDS,
    report,
    signal,
  });
  // Ends the traders before what they trade on.
  const ending = new AbortController();
  const trading = trade(devnet, options, markets.slice(0, TRADED_MARKETS), ending.signal, report);
  try {
    await Promise.race([
      reached(devnet, untilSettled, signal),
      trading,
      devnet.failed,
      limit(options.timeLimitSeconds, ending.signal),
      stalled(devnet, ending.signal),
    ]);
    if (untilSettled !== undefined && devnet.watch.figures.settledWithFills < untilSettled)
      throw new DevnetError(
        "INTERRUPTED",
        `stopped with ${devnet.watch.figures.settledWithFills} of ${untilSettled} batches settled`,
      );
  } finally {
    ending.abort();
    await trading.catch(() => undefined);
    await devnet.stop();
  }
}

async function trade(
  devnet: Devnet,
  { seed }: StartOptions,
  markets: readonly (typeof DEVNET_MARKETS)[number][],
  signal: AbortSignal,
  report: SessionSurroundings["report"],
): Promise<void> {
  try {
    const traders = await openTraders({
      ...devnet,
      count: TRADERS,
      quanta: FIRST_DEPOSIT,
      onFunded: (account) =>
        report({ event: "phase", name: "trader", detail: `account ${account} is funded` }),
    });
    await driveFlow({ ...devnet, traders, markets, seed, signal });
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Resolves once enough batches with fills are settled, or at Ctrl-C. */
async function reached({ watch }: Devnet, wanted: number | undefined, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && (wanted === undefined || watch.figures.settledWithFills < wanted))
    await Promise.race([watch.nextLook(), aborted(signal)]);
}

const aborted = (signal: AbortSignal): Promise<void> =>
  signal.aborted
    ? Promise.resolve()
    : new Promise((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));

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
