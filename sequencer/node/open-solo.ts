/** A node that orders alone. */
import type { Logger } from "pino";
import { DEFAULT_TICK_SECONDS, type NodeConfig } from "./config.ts";
import { priceSource } from "./price-source.ts";
import { systemClock } from "./settings.ts";
import { SoloSequencer } from "./solo-sequencer.ts";
import type { OrderingNode, Surroundings } from "./surroundings.ts";
import { startTicker } from "./ticker.ts";

export async function openSolo(surroundings: Surroundings): Promise<OrderingNode> {
  const { config, log, database, settings, poseidon, threads, observers } = surroundings;
  const sequencer = await SoloSequencer.open(database, settings, poseidon, systemClock, observers, threads);
  let stopTicker: () => void = () => undefined;
  return {
    sequencer,
    evidence: null,
    quorumOf: (own) => ({ signer: own, onEvent: () => undefined, stop: async () => undefined }),
    begin: () => {
      stopTicker = startPrices(config, sequencer, log);
    },
    end: () => stopTicker(),
    close: () => sequencer.close(),
  };
}

function startPrices({ exchange, prices, tickSeconds }: NodeConfig, sequencer: SoloSequencer, log: Logger) {
  const firstPrices = exchange.markets.map(({ oraclePrice }) => oraclePrice);
  const source = prices?.kind === "sources" ? null : priceSource(prices ?? { kind: "fixed" }, firstPrices);
  if (source === null) return () => undefined;
  return startTicker({
    exchange: sequencer.exchange,
    submitTick: (tick) => sequencer.submitTick(tick),
    prices: source,
    clock: systemClock,
    seconds: tickSeconds ?? DEFAULT_TICK_SECONDS,
    onError: (error) => log.error({ err: error }, "a tick was not taken"),
  });
}
