/** `node init`: makes key, configuration and folder of a new validator, and prints its card for the others. */
import { randomBytes } from "node:crypto";
import { Command, InvalidArgumentError } from "commander";
import { ExitStatus } from "./exit-status.ts";

const DEFAULT_LISTEN = "/ip4/127.0.0.1/tcp/4710";

const HELP = `
Makes in the folder:
  validator.key   the one secret: it votes, signs batches, and pays for transactions (only the owner may read it)
  node.json       the configuration for \`node --config\`; what nobody said is marked FILL IN, and the node waits for it
  card.json       what the other validators have to know, also printed: it belongs into the node.json of each of them
  data.born       says that this validator has never signed anything; its first start uses it up

The file of --exchange is JSON that whoever deployed the exchange hands out, with any of: exchange, circuits, batches,
prices, tickSeconds, settlement (without keys), validators (the cards of the others). Paths in it are relative to it.

Nothing is ever overwritten. Keep a copy of validator.key, never of data.born: a restored copy could make the node
sign a second time what it signed before, and that costs its stake.

Exit status: 0 made; anything else: nothing was made, for the reason given.`;

interface InitOptions {
  readonly folder: string;
  readonly listen?: string[];
  readonly announce?: string[];
  readonly epoch?: number;
  readonly exchange?: string;
}

const collect = (value: string, before: string[] = []): string[] => [...before, value];

function epochNumber(text: string): number {
  const epoch = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(epoch)) throw new InvalidArgumentError("a whole number.");
  return epoch;
}

export const initCommand = (): Command =>
  new Command("init")
    .description("make key, configuration and folder of a new validator, and print its card")
    .requiredOption("--folder <folder>", "where; made if it is not there")
    .option(
      "--listen <multiaddr>",
      `where it listens; may be given again (default ${DEFAULT_LISTEN})`,
      collect,
    )
    .option("--announce <multiaddr>", "where the others reach it, if that is somewhere else", collect)
    .option("--epoch <n>", "the epoch that it joins (default: that of --exchange, or 0)", epochNumber)
    .option("--exchange <file>", "what is known of the exchange (JSON)")
    .addHelpText("after", HELP)
    .action(async (options: InitOptions, command: Command) => {
      const { ConfigError } = await import("./config.ts");
      try {
        await init(options);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        command.error(`error: ${error.message}`, { exitCode: ExitStatus.badConfig });
      }
    });

async function init({ folder, listen = [DEFAULT_LISTEN], announce = [], epoch, exchange }: InitOptions) {
  // Only now: whoever runs another command need not load all of this.
  const [{ readExchangeFile }, { makeValidator }, { ConfigError }] = await Promise.all([
    import("../validator/draft-config.ts"),
    import("../validator/make-validator.ts"),
    import("./config.ts"),
  ]);
  const known = exchange === undefined ? {} : await readExchangeFile(exchange);
  const told = known.batches?.epoch;
  if (epoch !== undefined && told !== undefined && epoch !== told)
    throw new ConfigError(`--epoch says ${epoch}, ${exchange} says ${told}`);
  const secretKey = new Uint8Array(randomBytes(32));
  const made = await makeValidator({ folder, listen, announce, epoch: epoch ?? told ?? 0, known, secretKey });
  process.stdout.write(`${JSON.stringify(made.card, null, 2)}\n`);
  process.stderr.write(`made ${made.keyPath} and ${made.configPath}; above is the card for the others\n`);
}
