/** Lets the devnet's traders trade: looks, chooses, sends, at a pace that the prover can follow. */
import { setTimeout as sleep } from "node:timers/promises";
import type { AccountSession } from "../sdk/account-session.ts";
import type { Client } from "../sdk/client.ts";
import { formatUnits } from "../sdk/decimal.ts";
import type { MarketUnits } from "../sdk/market-units.ts";
import { getAccount, getMarkets } from "../sdk/reads.ts";
import { isLostAnswer, TraderError } from "../sdk/trader-error.ts";
import { aborted } from "./aborted.ts";
import type { BatchWatch } from "./batch-watch.ts";
import { type FlowAction, type FlowView, nextAction } from "./flow.ts";
import { seededRandom } from "./random.ts";

/** Batches without a proof at which the traders wait: the prover has work, and nothing piles up. */
const MAX_UNPROVEN_BATCHES = 2;
/** Between two requests, so that a person can follow. */
const PACE_MS = 200;
const PASSING: readonly string[] = ["REJECTED", "BUSY", "NO_FREE_SLOT"];

export interface FlowOptions {
  readonly client: Client;
  /** All but the last make markets; the last takes. */
  readonly traders: readonly AccountSession[];
  readonly markets: readonly MarketUnits[];
  readonly seed: number;
  readonly watch: BatchWatch;
  readonly signal: AbortSignal;
}

/** Trades until the signal. Throws what is no refusal. */
export async function driveFlow(options: FlowOptions): Promise<void> {
  const { seed, watch, signal } = options;
  const over = aborted(signal);
  // A later start goes on with other orders than the first began with.
  const random = seededRandom(seed + watch.health.sequence);
  for (let turn = 0; !signal.aborted; turn++) {
    while (watch.health.lag.batches > MAX_UNPROVEN_BATCHES && !signal.aborted)
      // Where nobody answers any more, there is no next look.
      await Promise.race([watch.nextLook(), over]);
    if (signal.aborted) return;
    try {
      await perform(options, nextAction(await look(options), turn, random));
    } catch (error) {
      if (signal.aborted) return;
      if (!isPassing(error)) throw error;
    }
    await sleep(PACE_MS);
  }
}

/**
 * Turned away at the door: the price moved, or the exchange is busy; or all slots of a maker are taken: the next look sees
 * it. Or nobody answered: how long that may last is for the watch of the batches to say.
 */
const isPassing = (error: unknown): boolean =>
  isLostAnswer(error) || (error instanceof TraderError && PASSING.includes(error.code));

async function look({ client, traders, markets }: FlowOptions): Promise<FlowView> {
  const [infos, ...accounts] = await Promise.all([
    getMarkets(client),
    ...traders.map(({ account }) => getAccount(client, { account })),
  ]);
  const taker = accounts.at(-1)!;
  return {
    markets: markets.map((units) => {
      const { oraclePrice, bestBid, bestAsk } = infos[units.market]!;
      return { units, oraclePrice, bestBid, bestAsk };
    }),
    makers: accounts.slice(0, -1).map(({ orders }) => orders),
    takerPositions: markets.map(
      ({ market }) => taker.positions.find((position) => position.market === market)?.size ?? 0,
    ),
  };
}

function perform({ traders, markets }: FlowOptions, action: FlowAction): Promise<unknown> {
  if (action.kind === "cancel") return traders[action.maker]!.cancel({ slot: action.slot });
  const units = markets[action.market]!;
  const price = formatUnits({ count: action.price, unit: units.tickSize });
  const size = formatUnits({ count: action.lots, unit: units.lotSize });
  const terms = { units, side: action.side, price, size };
  return action.kind === "take"
    ? traders.at(-1)!.place({ ...terms, time: "immediate" })
    : traders[action.maker]!.place({ ...terms, postOnly: action.postOnly });
}
