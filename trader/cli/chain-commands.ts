/** What happens on L1: opening an account, bringing collateral in, taking it out. */

import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { claim } from "../sdk/claim.ts";
import { getCollateral, mintFor, QUEUE_WORDS } from "../sdk/collateral.ts";
import { deposit } from "../sdk/deposit.ts";
import { formatQuanta, toQuanta } from "../sdk/money.ts";
import { getAccount, getHealth } from "../sdk/reads.ts";
import { register } from "../sdk/register.ts";
import { TraderError } from "../sdk/trader-error.ts";
import { Context, type Surroundings } from "./context.ts";
import { listing, print } from "./output.ts";

/** A registration is taken from final blocks only; on a local chain that is a matter of seconds. */
const ARRIVAL_TIMEOUT_MS = 120_000;
const POLL_MS = 500;

interface MoneyOptions {
  readonly mint?: boolean;
  readonly noWait?: boolean;
  readonly wait?: boolean;
}

/** Waits until the sequencer has executed the queue up to a word, and with it what the word asked. */
async function waitForRequest(context: Context, request: number): Promise<void> {
  for (const until = performance.now() + ARRIVAL_TIMEOUT_MS; ; ) {
    const { l1Consumed } = await getHealth(context.client);
    if (l1Consumed > request) return;
    if (performance.now() > until)
      throw new TraderError("TIMEOUT", {
        message: `the sequencer has not taken word ${request} of the L1 queue yet (${l1Consumed} taken)`,
        whatToDo: "The money is in the contract. It arrives once its block is final; look again later.",
      });
    await sleep(POLL_MS);
  }
}

export function addChainCommands(program: Command, surroundings: Surroundings): void {
  const money = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .argument("<amount>", "in whole collateral, such as 250.5")
      .option("--mint", "make development tokens first (local chains only)")
      .option("--no-wait", "return once the transaction is in a block");

  money("register", "open an account for the wallet, with its first deposit")
    .addHelpText("after", "\nExample:\n  $ proofbook --dev-wallet 9 register 10000 --mint")
    .action(async (amount: string, options: MoneyOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const { signer, exchange } = await context.signer();
      const quanta = toQuanta({ amount, decimals: await context.decimals() });
      if (options.mint === true) await mintFor("register", { exchange, signer, quanta });
      const { hash } = await context.key("owner", 0);
      const registered = await register({ exchange, signer, quanta, keyHash: hash });
      const { account, firstRequest, transaction } = registered;
      // The last of its words opens the account.
      if (options.wait !== false) await waitForRequest(context, firstRequest + QUEUE_WORDS.register - 1);
      print(context.output, { account, transaction }, () => listing({ account, transaction }));
    });

  money("deposit", "add collateral to the account")
    .addHelpText("after", "\nExample:\n  $ proofbook --dev-wallet 9 deposit 500 --mint")
    .action(async (amount: string, options: MoneyOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const [{ signer, exchange }, account] = await Promise.all([context.signer(), context.account()]);
      const quanta = toQuanta({ amount, decimals: await context.decimals() });
      if (options.mint === true) await mintFor("deposit", { exchange, signer, quanta });
      const { request, transaction } = await deposit({ exchange, signer, quanta, account });
      if (options.wait !== false) await waitForRequest(context, request);
      const { collateral } = await getAccount(context.client, { account });
      print(context.output, { account, transaction, collateral }, () => listing({ account, transaction }));
    });

  program
    .command("claim")
    .description("fetch what proven withdrawals made claimable")
    .option("--to <address>", "where it goes; else to the account's owner")
    .addHelpText("after", "\nExample:\n  $ proofbook --dev-wallet 9 claim")
    .action(async ({ to }: { to?: string }, command: Command) => {
      const context = new Context(command, surroundings);
      const [{ signer, exchange }, account] = await Promise.all([context.signer(), context.account()]);
      const { quanta, transaction } = await claim({ exchange, signer, account, to });
      const holder = to ?? signer.address;
      const { balance, decimals, symbol } = await getCollateral({ exchange, runner: signer, holder });
      print(context.output, { account, quanta, holder, balance, transaction }, () =>
        listing({
          account,
          claimed: `${formatQuanta({ quanta, decimals })} ${symbol}`,
          [`balance of ${holder}`]: `${formatQuanta({ quanta: balance, decimals })} ${symbol}`,
          transaction,
        }),
      );
    });
}
