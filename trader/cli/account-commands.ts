/** What belongs to an account: positions, orders, fills. */
import type { Command } from "commander";
import { formatUnits } from "../sdk/decimal.ts";
import { formatQuanta } from "../sdk/money.ts";
import { getAccount, getFills } from "../sdk/reads.ts";
import { wholeNumber } from "./arguments.ts";
import { Context, type Surroundings } from "./context.ts";
import { listing, print, table } from "./output.ts";

export function addAccountCommands(program: Command, surroundings: Surroundings): void {
  const shown = (context: Context, market: number) => {
    const units = context.config.markets[market];
    return {
      symbol: units?.symbol ?? String(market),
      price: (ticks: number): string =>
        units === undefined ? String(ticks) : formatUnits({ count: ticks, unit: units.tickSize }),
      size: (lots: number): string =>
        units === undefined ? String(lots) : formatUnits({ count: lots, unit: units.lotSize }),
    };
  };

  program
    .command("account")
    .description("an account's collateral, margin and positions")
    .argument("[account]", "its number; else the wallet's own", wholeNumber)
    .addHelpText("after", "\nExample:\n  $ proofbook account 1")
    .action(async (named: number | undefined, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const account = named ?? (await context.account());
      const [info, decimals] = await Promise.all([
        getAccount(context.client, { account }),
        context.decimals(),
      ]);
      const money = (text: string): string => formatQuanta({ quanta: BigInt(text), decimals });
      print(context.output, info, () => [
        ...listing({
          account: info.index,
          collateral: money(info.collateral),
          equity: money(info.equity),
          "initial requirement": money(info.initialRequirement),
          "held for orders": money(info.reserved),
          free: money(info.free),
          "open orders": info.orders.filter(({ state }) => state === "open").length,
          "trading key": info.tradingKey === "0" ? "none" : `version ${info.keyVersion}`,
        }),
        ...table(
          ["market", "position"],
          info.positions
            .filter(({ size }) => size !== 0)
            .map(({ market, size }) => [shown(context, market).symbol, shown(context, market).size(size)]),
        ),
      ]);
    });

  program
    .command("orders")
    .description("an account's open orders")
    .argument("[account]", "its number; else the wallet's own", wholeNumber)
    .addHelpText("after", "\nExample:\n  $ proofbook --dev-wallet 9 orders")
    .action(async (named: number | undefined, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const account = named ?? (await context.account());
      const info = await getAccount(context.client, { account });
      // A dead order keeps its slot until it is cleared from the book, but is open no more.
      const orders = info.orders.filter(({ state }) => state === "open");
      print(context.output, { account, orders }, () =>
        table(
          ["slot", "market", "side", "price", "remaining", "size", "expires"],
          orders.map((order) => {
            const { symbol, price, size } = shown(context, order.market);
            const expires = order.expiry === 0 ? "" : new Date(order.expiry * 1000).toISOString();
            const sizes = [size(order.remaining), size(order.size)];
            return [String(order.slot), symbol, order.side, price(order.price), ...sizes, expires];
          }),
        ),
      );
    });

  program
    .command("fills")
    .description("fills of an account, or of all, and how settled each is")
    .option("--all", "of everybody")
    .option("--from <n>", "from this fill on", wholeNumber, 1)
    .option("--limit <n>", "at most so many, 200 in one answer", wholeNumber, 50)
    .addHelpText("after", "\nExample:\n  $ proofbook fills --all --from 100")
    .action(async (options: { all?: boolean; from: number; limit: number }, command: Command) => {
      const context = new Context(command, surroundings);
      const { from, limit } = options;
      const whose = options.all === true ? {} : { account: await context.account() };
      const page = await getFills(context.client, { from, limit, ...whose });
      print(context.output, page, () =>
        table(
          ["fill", "market", "side", "price", "size", "taker", "maker", "batch", "state"],
          page.fills.map((fill) => {
            const { symbol, price, size } = shown(context, fill.market);
            const accounts = [String(fill.taker.account), String(fill.maker.account)];
            const what = [symbol, fill.side, price(fill.price), size(fill.lots)];
            return [String(fill.sequence), ...what, ...accounts, String(fill.batch), fill.settlement];
          }),
        ),
      );
    });
}
