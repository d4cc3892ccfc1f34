/** The whole command line: options that every command knows, and the commands. */
import { Command, Option } from "commander";
import { proveCommand } from "../../prover/cli/command.ts";
import { artefactsCommand } from "../../prover/cli/pack-command.ts";
import { keysCommand } from "../../prover/keys/command.ts";
import { nodeCommand } from "../../sequencer/node/command.ts";
import { addAccountCommands } from "./account-commands.ts";
import { oneOf, wholeNumber } from "./arguments.ts";
import { addChainCommands } from "./chain-commands.ts";
import type { Surroundings } from "./context.ts";
import { addKeyCommands } from "./key-commands.ts";
import { addMarketCommands } from "./market-commands.ts";
import { addOrderCommands } from "./order-commands.ts";
import { addValidatorCommands } from "./validator-commands.ts";

const EXAMPLES = `
Examples:
  $ npm start                                          a whole exchange on this machine
  $ proofbook --dev-wallet 9 register 10000 --mint     an account on it
  $ proofbook --dev-wallet 9 place BTC-USD buy 0.01 63000
  $ proofbook book BTC-USD
  $ proofbook --dev-wallet 9 withdraw 100 --wait proven && proofbook --dev-wallet 9 claim

Exit status: 0 done; 1 a bug; 2 wrong command line or configuration, nothing was sent; 3 no or no proper answer;
4 turned away before it was logged; 5 logged and refused by a rule; 6 the contract or the chain refused.`;

export function createProgram(surroundings: Surroundings): Command {
  const program = new Command("proofbook")
    .description("Trade on a Proofbook exchange: a perpetual-futures rollup whose proofs cover the matching.")
    .option(
      "--config <file>",
      "configuration (PROOFBOOK_CONFIG; else proofbook.json, .devnet/proofbook.json)",
    )
    .option(
      "--api <url>",
      "a node's HTTP API; repeated, those of others that are asked when it does not answer (PROOFBOOK_API, commas between)",
      (url: string, urls: readonly string[] = []) => [...urls, url],
    )
    .option("--rpc <url>", "the chain's RPC address (PROOFBOOK_RPC)")
    .option("--account <n>", "the account, where the wallet has several", wholeNumber)
    .option("--keystore <file>", "wallet: an encrypted keystore (PROOFBOOK_KEYSTORE, PROOFBOOK_PASSWORD)")
    .addOption(new Option("--dev-wallet <n>", "wallet: number n of a local chain").argParser(wholeNumber))
    .option("--key <purpose>", "sign with the owner or a trading key", oneOf("owner", "trading"))
    .option("--key-index <n>", "which of several trading keys", wholeNumber)
    .option("--json", "one JSON object on stdout")
    .addHelpText("after", EXAMPLES)
    .showHelpAfterError("(--help tells more)");
  addKeyCommands(program, surroundings);
  addChainCommands(program, surroundings);
  addOrderCommands(program, surroundings);
  addMarketCommands(program, surroundings);
  addAccountCommands(program, surroundings);
  addValidatorCommands(program, surroundings);
  program.addCommand(proveCommand());
  program.addCommand(artefactsCommand());
  program.addCommand(nodeCommand());
  program.addCommand(keysCommand());
  return program;
}
