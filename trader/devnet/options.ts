/** The command line of `npm start`. */
import { Command, Option } from "commander";
import { type Dimensions, FULL_DIMENSIONS } from "../../sequencer/state-tree/state-tree.ts";
import { wholeNumber } from "../cli/arguments.ts";
import { DEV_WALLETS, DevWallet, MAX_SEQUENCERS } from "./dev-wallet.ts";
import { DevnetError } from "./devnet-error.ts";
import type { DisplayMode } from "./display.ts";

/** Steps of the circuits that a devnet makes and proves with. */
const DEVNET_TIERS: readonly number[] = [8];

export interface StartOptions {
  readonly data: string;
  readonly fresh: boolean;
  readonly port: number;
  readonly rpcPort: number;
  readonly seed: number;
  readonly tiers: readonly number[];
  readonly dimensions: Dimensions;
  /** Nodes of the set. */
  readonly sequencers: number;
  /** Accounts that trade: makers, and one that takes. */
  readonly traders: number;
  readonly untilSettled: number | undefined;
  readonly timeLimitSeconds: number | undefined;
  readonly tickSeconds: number;
  readonly display: DisplayMode;
}

/** A tick costs a step of proving; a market bears a price that is half a minute old. */
const TICK_SECONDS = 30;

/** Two make markets, one takes. Each costs three steps of the first batches. */
const TRADERS = 3;

const numbers = (text: string): number[] => text.split(",").map(wholeNumber);

/** Options that `npm start` and `npm run replay` share. */
export function withDevnetOptions(command: Command): Command {
  const { accountDepth, orderDepth, markets } = FULL_DIMENSIONS;
  return command
    .exitOverride()
    .option("--fresh", "forget what the data folder holds and start anew")
    .option("--port <n>", "of the API; 0 takes a free one", wholeNumber, 8080)
    .option("--rpc-port <n>", "of the chain; 0 takes a free one", wholeNumber, 8545)
    .option("--sequencers <n>", "nodes that agree on the order; 1 orders alone", wholeNumber, MAX_SEQUENCERS)
    .option("--tiers <steps>", "sizes of the circuits, such as 4,16", numbers, [...DEVNET_TIERS])
    .option("--account-depth <n>", "4^n accounts", wholeNumber, accountDepth)
    .option("--order-depth <n>", "4^n order slots an account", wholeNumber, orderDepth)
    .option("--markets <n>", "number of markets", wholeNumber, markets)
    .option("--tick-seconds <n>", "between two moves of clock and prices", wholeNumber, TICK_SECONDS)
    .addOption(new Option("--time-limit <seconds>", "give up after so long").argParser(wholeNumber))
    .option("--quiet", "only what is settled")
    .option("--json", "one JSON object a line");
}

const EXAMPLES = `
Examples:
  $ npm start
  $ npm start -- --until-settled 3
  $ npm start -- --fresh --data /tmp/exchange --port 0 --rpc-port 0

The first start compiles circuits and makes keys, later ones find them in .cache. Ctrl-C stops everything in order; the
next start goes on from there. Exit status: 0 stopped when asked, also while it starts, or all settled; 1 something
broke, or it was stopped before what --until-settled says; 2 wrong options.`;

interface Parsed {
  readonly data: string;
  readonly fresh?: boolean;
  readonly port: number;
  readonly rpcPort: number;
  readonly seed: number;
  readonly sequencers: number;
  readonly tiers: number[];
  readonly accountDepth: number;
  readonly orderDepth: number;
  readonly markets: number;
  readonly traders: number;
  readonly untilSettled?: number;
  readonly timeLimit?: number;
  readonly tickSeconds: number;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

/** What the shared options mean. Throws `BAD_OPTION`. */
export function devnetOptionsOf(
  parsed: Omit<Parsed, "data" | "seed" | "traders" | "untilSettled">,
): Omit<StartOptions, "data" | "seed" | "traders" | "untilSettled"> {
  const { fresh = false, port, rpcPort, sequencers, tiers, tickSeconds } = parsed;
  const { accountDepth, orderDepth, markets } = parsed;
  if (port > 65_535 || rpcPort > 65_535) throw new DevnetError("BAD_OPTION", "a port is below 65536");
  if (tiers.some((tier, i) => tier <= (tiers[i - 1] ?? 0)) || tiers.at(-1)! < 3)
    throw new DevnetError("BAD_OPTION", "tiers go up, and the last has at least 3 steps");
  if (accountDepth < 2 || accountDepth > 10 || orderDepth < 1 || orderDepth > 4)
    throw new DevnetError("BAD_OPTION", "account depth is 2 to 10, order depth 1 to 4");
  if (markets < 1 || markets > FULL_DIMENSIONS.markets)
    throw new DevnetError("BAD_OPTION", `there are 1 to ${FULL_DIMENSIONS.markets} markets`);
  if (sequencers < 1 || sequencers > MAX_SEQUENCERS)
    throw new DevnetError("BAD_OPTION", `there are 1 to ${MAX_SEQUENCERS} sequencers`);
  if (tickSeconds < 1) throw new DevnetError("BAD_OPTION", "a tick takes at least a second");
  return {
    fresh,
    port,
    rpcPort,
    tiers,
    sequencers,
    dimensions: { accountDepth, orderDepth, markets },
    timeLimitSeconds: parsed.timeLimit,
    tickSeconds,
    display: parsed.json === true ? "json" : parsed.quiet === true ? "quiet" : "text",
  };
}

export function parseStartOptions(argv: readonly string[]): StartOptions {
  const command = withDevnetOptions(
    new Command("npm start --").description(
      "Run a whole exchange on this machine and let traders trade on it.",
    ),
  )
    .option("--data <folder>", "where everything is kept", ".devnet")
    .option("--seed <n>", "of the generated orders and prices", wholeNumber, 1)
    .option("--traders <n>", "accounts that trade: makers, and one that takes", wholeNumber, TRADERS)
    .option(
      "--until-settled <n>",
      "end once so many batches with fills are settled on the chain",
      wholeNumber,
    )
    .allowExcessArguments(false)
    .addHelpText("after", EXAMPLES);
  const parsed = command.parse([...argv], { from: "user" }).opts<Parsed>();
  if (parsed.traders < 2 || parsed.traders > DEV_WALLETS - DevWallet.firstTrader)
    throw new DevnetError("BAD_OPTION", `--traders is 2 to ${DEV_WALLETS - DevWallet.firstTrader}`);
  return {
    data: parsed.data,
    seed: parsed.seed,
    traders: parsed.traders,
    untilSettled: parsed.untilSettled,
    ...devnetOptionsOf(parsed),
  };
}
