/** Taking back batches that cannot be proven: each operator signs, and somebody brings a quorum's signatures to L1. */
import type { Command } from "commander";
import { wholeNumber } from "./arguments.ts";
import { Context, type Surroundings } from "./context.ts";
import { listing, print } from "./output.ts";
import { collectReverts, revertOf, signRevert } from "./revert-statement.ts";
import { openOwnedRegistry, openRegistry, registryCall } from "./stake.ts";
import { readValidatorKey } from "./validator-key.ts";

const HELP = `
What is taken back is committed again by the nodes, word by word, as soon as they see it and however old it is; nothing
that a trader was told is ordered changes. It takes a quorum of the set that may order now. Signing twice, or for two
batches, is no offence.

Example:
  each operator $ proofbook validator sign-revert 7 --validator-key validator.key > mine.json
  anybody       $ proofbook validator revert 7 one.json two.json three.json`;

export function addRevertCommands(validator: Command, surroundings: Surroundings): void {
  validator
    .command("sign-revert")
    .description("sign that an unproven batch is taken back, with all after it; prints JSON for `revert`")
    .argument("<batch>", "number of the first one", wholeNumber)
    .requiredOption("--validator-key <file>", "the node's key")
    .addHelpText("after", HELP)
    .action(async (batch: number, options: { validatorKey: string }, command: Command) => {
      const context = new Context(command, surroundings);
      const key = readValidatorKey(options.validatorKey);
      const view = await openRegistry(context);
      const { statement } = await revertOf(view, batch);
      context.output.write(`${JSON.stringify(await signRevert(view, statement, key))}\n`);
    });

  validator
    .command("revert")
    .description("take an unproven batch back, with all after it, by a quorum's signatures")
    .argument("<batch>", "number of the first one", wholeNumber)
    .argument("<files...>", "what the operators' `sign-revert` printed, one file each")
    .addHelpText("after", HELP)
    .action(async (batch: number, files: string[], _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const owned = await openOwnedRegistry(context);
      const { statement, record, until } = await revertOf(owned, batch);
      const signatures = await collectReverts(owned, statement, files);
      const exchange = owned.exchange.connect(owned.owner);
      const { hash } = await registryCall(() => exchange.revertBatches({ record, signatures }));
      const reverted = { from: batch, to: until, epoch: statement.epoch, transaction: hash };
      print(context.output, reverted, () => listing({ ...reverted }));
    });
}
