/** Signed requests. */
import type { Command } from "commander";
import { Scope } from "../../sequencer/exchange/word.ts";
import { toQuanta } from "../sdk/money.ts";
import type { Stage } from "../sdk/replies.ts";
import type { ScopeName } from "../sdk/trading-key-words.ts";
import { moment, oneOf, wholeNumber } from "./arguments.ts";
import { findMarket } from "./config.ts";
import { Context, type Surroundings } from "./context.ts";
import { settleReceipt, type WaitOptions } from "./receipt-output.ts";

interface PlaceFlags extends WaitOptions {
  readonly immediate?: boolean;
  readonly postOnly?: boolean;
  readonly reduceOnly?: boolean;
  readonly expires?: number;
  readonly slot?: number;
}

const stage = oneOf<Stage>("ordered", "committed", "proven");
const SCOPES = Object.keys(Scope) as ScopeName[];

export function addOrderCommands(program: Command, surroundings: Surroundings): void {
  const request = (name: string, description: string, example: string): Command =>
    program
      .command(name)
      .description(description)
      .option("--wait <stage>", "wait until it is ordered, committed or proven", stage)
      .addHelpText("after", `\nExample:\n  $ proofbook --dev-wallet 9 ${example}`);

  request("place", "place an order", "place BTC-USD sell 0.01 64500 --post-only")
    .argument("<market>", "symbol or number")
    .argument("<side>", "buy or sell", oneOf("buy", "sell"))
    .argument("<size>", "decimal, a multiple of the market's lot")
    .argument("<price>", "decimal, a multiple of the market's tick; the worst that is taken")
    .option("--immediate", "take what can be taken at once, never rest (immediate or cancel)")
    .option("--post-only", "never take: refused if it would trade at once")
    .option("--reduce-only", "only make a position smaller")
    .option("--expires <when>", "dead from then on: 15m, 12h, an ISO date, Unix seconds", moment)
    .option("--slot <n>", "in this slot instead of a free one", wholeNumber)
    .action(
      async (
        market: string,
        side: "buy" | "sell",
        size: string,
        price: string,
        flags: PlaceFlags,
        command: Command,
      ) => {
        const context = new Context(command, surroundings);
        const units = findMarket(context.config.markets, market);
        const session = await context.session();
        const { receipt, slot } = await session.place({
          units,
          side,
          size,
          price,
          time: flags.immediate === true ? "immediate" : "resting",
          postOnly: flags.postOnly,
          reduceOnly: flags.reduceOnly,
          expiry: flags.expires,
          slot: flags.slot,
        });
        await settleReceipt(context, receipt, flags, { account: session.account, slot });
      },
    );

  request("cancel", "cancel the order in a slot", "cancel 3")
    .argument("<slot>", "as `orders` shows it", wholeNumber)
    .action(async (slot: number, options: WaitOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const session = await context.session();
      const receipt = await session.cancel({ slot });
      await settleReceipt(context, receipt, options, { account: session.account, slot });
    });

  request("cancel-all", "kill all open orders at once", "cancel-all").action(
    async (options: WaitOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const session = await context.session();
      await settleReceipt(context, await session.cancelAll(), options, { account: session.account });
    },
  );

  request("set-trading-key", "let a derived trading key sign", "set-trading-key --index 1 --expires 30d")
    .option("--index <n>", "which of several derived keys", wholeNumber, 0)
    .option("--scope <names>", `what it may sign: ${SCOPES.join(",")}`, "place,cancel")
    .option("--expires <when>", "signs nothing from then on: 12h, 30d, an ISO date, Unix seconds", moment)
    .action(
      async (options: WaitOptions & { index: number; scope: string; expires?: number }, command: Command) => {
        const context = new Context(command, surroundings);
        const scope = options.scope.split(",").map(oneOf(...SCOPES));
        const [session, { hash }] = await Promise.all([
          context.session(),
          context.key("trading", options.index),
        ]);
        const receipt = await session.setTradingKey({ keyHash: hash, scope, expiry: options.expires });
        await settleReceipt(context, receipt, options, { account: session.account, key: String(hash) });
      },
    );

  request("transfer", "give collateral to another account of the exchange", "transfer 4 12.5")
    .argument("<to>", "the receiving account", wholeNumber)
    .argument("<amount>", "in whole collateral")
    .action(async (to: number, amount: string, options: WaitOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const quanta = toQuanta({ amount, decimals: await context.decimals() });
      const session = await context.session();
      const receipt = await session.transfer({ quanta, to });
      await settleReceipt(context, receipt, options, { account: session.account, to, amount });
    });

  request("withdraw", "take collateral out; once proven, `claim` fetches it", "withdraw 100 --wait proven")
    .argument("<amount>", "in whole collateral")
    .action(async (amount: string, options: WaitOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const quanta = toQuanta({ amount, decimals: await context.decimals() });
      const session = await context.session();
      const receipt = await session.withdraw({ quanta });
      await settleReceipt(context, receipt, options, { account: session.account, amount });
    });
}
