/** `npm start`: a devnet with traders that trade a generated flow, until Ctrl-C or until enough is settled. */

import { aborted } from "./aborted.ts";
import { type Devnet, startDevnet } from "./devnet.ts";
import { DevnetError } from "./devnet-error.ts";
import { DEVNET_MARKETS } from "./devnet-markets.ts";
import { driveFlow } from "./flow-driver.ts";
import type { StartOptions } from "./options.ts";
import type { SessionSurroundings } from "./run-session.ts";
import { openTraders } from "./traders.ts";
import { brokenOff } from "./watchdog.ts";

/** A million units of a six-decimal collateral. */
const FIRST_DEPOSIT = 1_000_000_000_000n;
/** Markets that are traded: few, so that the books have some depth. */
const TRADED_MARKETS = 3;
/** Machine time after which a batch is cut, full or not. */
const MAX_BATCH_SECONDS = 120;

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
      brokenOff(devnet, options.timeLimitSeconds, ending.signal),
    ]);
    if (untilSettled !== undefined && devnet.watch.figures.settledWithFills < untilSettled)
      throw new DevnetError(
        "INTERRUPTED",
        `stopped with ${devnet.watch.figures.settledWithFills} of ${untilSettled} batches settled`,
      );
  } catch (error) {
    throw await devnet.explain(error);
  } finally {
    ending.abort();
    await trading.catch(() => undefined);
    await devnet.stop();
  }
}

async function trade(
  devnet: Devnet,
  { seed, traders: count }: StartOptions,
  markets: readonly (typeof DEVNET_MARKETS)[number][],
  signal: AbortSignal,
  report: SessionSurroundings["report"],
): Promise<void> {
  try {
    const traders = await openTraders({
      ...devnet,
      count,
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
  const interrupted = aborted(signal);
  while (!signal.aborted && (wanted === undefined || watch.figures.settledWithFills < wanted))
    await Promise.race([watch.nextLook(), interrupted]);
}
