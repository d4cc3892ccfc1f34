/** What anybody may see: markets, books, batches. */
import type { Command } from "commander";
import { formatUnits } from "../sdk/decimal.ts";
import type { MarketUnits } from "../sdk/market-units.ts";
import { getBatch, getBatches, getBook, getHealth, getMarkets } from "../sdk/reads.ts";
import type { BatchInfo, Level } from "../sdk/replies.ts";
import { wholeNumber } from "./arguments.ts";
import { findMarket } from "./config.ts";
import { Context, type Surroundings } from "./context.ts";
import { listing, print, table } from "./output.ts";

const price = (units: MarketUnits, ticks: number): string =>
  formatUnits({ count: ticks, unit: units.tickSize });
const size = (units: MarketUnits, lots: number): string => formatUnits({ count: lots, unit: units.lotSize });

const levelRow = (units: MarketUnits, side: string, level: Level): string[] => [
  side,
  price(units, level.price),
  size(units, level.lots),
  String(level.orders),
];

const batchRow = (batch: BatchInfo): string[] => [
  String(batch.number),
  batch.prove === null ? batch.state : "settled",
  String(batch.wordCount),
  `${batch.usedSteps}/${batch.steps}`,
  String(batch.fills),
  batch.commit?.gasUsed ?? "",
  batch.prove?.gasUsed ?? "",
];

export function addMarketCommands(program: Command, surroundings: Surroundings): void {
  program
    .command("markets")
    .description("markets with their oracle prices and best quotes")
    .action(async (_: object, command: Command) => {
      const { client, config, output } = new Context(command, surroundings);
      const markets = await getMarkets(client);
      print(output, { markets }, () =>
        table(
          ["market", "oracle", "bid", "ask", "tick", "lot"],
          markets.map(({ market, oraclePrice, bestBid, bestAsk }) => {
            const units = config.markets[market];
            const shown = (ticks: number | undefined): string =>
              ticks === undefined ? "" : units === undefined ? String(ticks) : price(units, ticks);
            return [
              units?.symbol ?? String(market),
              shown(oraclePrice),
              shown(bestBid?.price),
              shown(bestAsk?.price),
              units?.tickSize ?? "",
              units?.lotSize ?? "",
            ];
          }),
        ),
      );
    });

  program
    .command("book")
    .description("price levels of a market, best next to the middle")
    .argument("<market>", "symbol or number")
    .option("--depth <n>", "levels of a side", wholeNumber, 10)
    .addHelpText("after", "\nExample:\n  $ proofbook book BTC-USD --depth 5")
    .action(async (name: string, { depth }: { depth: number }, command: Command) => {
      const { client, config, output } = new Context(command, surroundings);
      const units = findMarket(config.markets, name);
      const book = await getBook(client, { market: units.market, depth });
      print(output, { symbol: units.symbol, ...book }, () => [
        `${units.symbol}  oracle ${price(units, book.oraclePrice)}`,
        ...table(
          ["side", "price", "size", "orders"],
          [
            ...[...book.asks].reverse().map((level) => levelRow(units, "ask", level)),
            ...book.bids.map((level) => levelRow(units, "bid", level)),
          ],
        ),
      ]);
    });

  program
    .command("batches")
    .description("batches and how far they have come: cut, committed, proven, settled")
    .argument("[number]", "one of them, with all that is known", wholeNumber)
    .option("--last <n>", "the newest so many", wholeNumber, 10)
    .addHelpText("after", "\nExample:\n  $ proofbook batches 7")
    .action(async (number: number | undefined, { last }: { last: number }, command: Command) => {
      const { client, output } = new Context(command, surroundings);
      if (number !== undefined) {
        const batch = await getBatch(client, { batch: number });
        print(output, batch, () =>
          listing({
            batch: batch.number,
            state: batch.state,
            proof: batch.job,
            words: batch.wordCount,
            steps: `${batch.usedSteps} of ${batch.steps}`,
            fills: batch.fills,
            "root before": batch.preRoot,
            "root after": batch.postRoot,
            committed: batch.commit === null ? "no" : `${batch.commit.hash}, ${batch.commit.gasUsed} gas`,
            settled: batch.prove === null ? "no" : `${batch.prove.hash}, ${batch.prove.gasUsed} gas`,
          }),
        );
        return;
      }
      const { batches } = await getHealth(client);
      const from = Math.max(1, batches.cut - last + 1);
      const page = await getBatches(client, { from, limit: Math.min(last, 200) });
      print(output, { batches: page.batches }, () =>
        table(
          ["batch", "state", "words", "steps", "fills", "commit gas", "prove gas"],
          page.batches.map(batchRow),
        ),
      );
    });
}
