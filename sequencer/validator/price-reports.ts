/** This validator's prices: asks its sources at a steady pace, signs what it sees, and tells everybody. */
import type { PriceConfig } from "../node/config.ts";
import type { Clock } from "../node/settings.ts";
import { fileSource } from "../oracle/file-source.ts";
import { httpSource } from "../oracle/http-source.ts";
import { REPORT_INTERVAL_MS } from "../oracle/limits.ts";
import { type ReportSigner, type SignedReport, signReport } from "../oracle/report.ts";
import { type FaultListener, type MarketSources, PriceReporter } from "../oracle/reporter.ts";
import { fixedSource, walkSource } from "../oracle/test-source.ts";

/** How far a generated price walks to both sides, in units of 1/10,000, and the time between two turns. */
const DEFAULT_WALK_WIDTH = 200;
const WALK_PERIOD_MS = 30_000;

const alone = (source: MarketSources["sources"][number]): MarketSources => ({
  sources: [source],
  atLeast: 1,
});

/** By market; null when this validator reports no prices. */
export function marketSources(
  config: PriceConfig,
  firstPrices: readonly number[],
): readonly MarketSources[] | null {
  switch (config.kind) {
    case "none":
      return null;
    case "fixed":
      return firstPrices.map((price) => alone(fixedSource(price)));
    case "walk": {
      const width = config.maxStep ?? DEFAULT_WALK_WIDTH;
      return firstPrices.map((price, m) =>
        alone(walkSource({ seed: `${config.seed}/${m}`, price, width, periodMs: WALK_PERIOD_MS })),
      );
    }
    case "file":
      return firstPrices.map((_, m) =>
        alone(fileSource({ path: config.path, pointer: `/${m}`, scale: "1" })),
      );
    case "sources":
      return config.markets.map(({ sources, atLeast }) => ({
        sources: sources.map(({ pointer, scale, ...place }) =>
          "url" in place
            ? httpSource({ url: place.url, pointer, scale })
            : fileSource({ path: place.path, pointer, scale }),
        ),
        atLeast: atLeast ?? Math.floor(sources.length / 2) + 1,
      }));
  }
}

export interface PriceReportsOptions {
  readonly markets: readonly MarketSources[];
  /** Null in an epoch that this node is no validator of. */
  readonly signer: () => ReportSigner | null;
  readonly clock: Clock;
  readonly publish: (epoch: number, report: SignedReport) => void;
  readonly onFault: FaultListener;
}

/** Reports at once and then every second; returns how to stop. */
export function startPriceReports({
  markets,
  signer,
  clock,
  publish,
  onFault,
}: PriceReportsOptions): () => void {
  const reporter = new PriceReporter(markets, () => clock.nowMs(), onFault);
  let stopped = false;
  let cancel: () => void = () => undefined;
  const report = async (): Promise<void> => {
    await reporter.poll();
    const by = signer();
    if (!stopped && by !== null) publish(by.epoch, signReport(by, reporter.report()));
  };
  const turn = (): void => {
    cancel = clock.after(REPORT_INTERVAL_MS, turn);
    void report();
  };
  turn();
  return () => {
    stopped = true;
    cancel();
  };
}
