/** The command line of `npm run replay`. */
import { existsSync } from "node:fs";
import { Command } from "commander";
import { oneOf, wholeNumber } from "../cli/arguments.ts";
import { DEV_WALLETS, DevWallet } from "../devnet/dev-wallet.ts";
import { DevnetError } from "../devnet/devnet-error.ts";
import { devnetOptionsOf, type StartOptions, withDevnetOptions } from "../devnet/options.ts";

export interface ReplayOptions extends Omit<StartOptions, "seed" | "traders" | "untilSettled"> {
  readonly file: string;
  /** Row that seeds the resting orders; undefined: the book starts empty. */
  readonly book: string | undefined;
  /** Messages read; all when undefined. */
  readonly limit: number | undefined;
  /** Makers and one taker. */
  readonly accounts: number;
  /** Orders sent in a minute; 0: as fast as they are taken. */
  readonly pace: number;
}

/** So many development wallets have a balance. */
const MOST_ACCOUNTS = DEV_WALLETS - DevWallet.firstTrader;
/** Leaves the oracle a minute or two to follow the market, while proving takes longer anyway. */
const DEFAULT_PACE = 120;

const EXAMPLES = `
Examples:
  $ npm run replay -- --format lobster AMZN_2012-06-21_message_5.csv --limit 300
  $ npm run replay -- --format lobster messages.csv --book first_row.csv --json

Beside a file like X_message_5.csv, X_orderbook_5_first_row.csv is taken as the book unless --book names another.
Exit status: 0 all settled and the books agree; 1 something broke or differs; 2 wrong options.`;

/** The order book that LOBSTER names after the same day, where its first row lies beside the messages. */
function bookBeside(file: string): string | undefined {
  const path = file.replace(/_message_(\d+)\.csv$/, "_orderbook_$1_first_row.csv");
  return path !== file && existsSync(path) ? path : undefined;
}

export function parseReplayOptions(argv: readonly string[]): ReplayOptions {
  const command = withDevnetOptions(
    new Command("npm run replay --")
      .description("Feed a real order-by-order file through a devnet, prove and settle it.")
      .argument("<file>", "the message file"),
  )
    .requiredOption("--format <name>", "of the file: lobster", oneOf("lobster"))
    .option("--data <folder>", "where the replay's devnet is kept; emptied first", ".devnet/replay")
    .option("--limit <n>", "read so many messages", wholeNumber)
    .option("--book <file>", "seed resting orders from the first row of this order book file")
    .option("--accounts <n>", "accounts that trade: makers, and one that takes", wholeNumber, MOST_ACCOUNTS)
    .option("--pace <n>", "orders sent in a minute; 0 is as fast as possible", wholeNumber, DEFAULT_PACE)
    .allowExcessArguments(false)
    .addHelpText("after", EXAMPLES);
  command.parse([...argv], { from: "user" });
  const parsed = command.opts();
  const [file] = command.args as [string];
  const accounts = parsed.accounts as number;
  if (accounts < 2 || accounts > MOST_ACCOUNTS)
    throw new DevnetError("BAD_OPTION", `--accounts is 2 to ${MOST_ACCOUNTS}`);
  return {
    ...devnetOptionsOf(parsed as Parameters<typeof devnetOptionsOf>[0]),
    data: parsed.data as string,
    file,
    book: (parsed.book as string | undefined) ?? bookBeside(file),
    limit: parsed.limit as number | undefined,
    accounts,
    pace: parsed.pace as number,
  };
}
