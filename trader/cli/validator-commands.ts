/** What a validator's operator does on the registry: stakes, leaves, is paid, seals sets, reports liars. */
import { type Command, InvalidArgumentError } from "commander";
import { getAddress, isAddress } from "ethers";
import { toQuanta } from "../sdk/money.ts";
import { TraderError } from "../sdk/trader-error.ts";
import { Context, type Surroundings } from "./context.ts";
import { listing, print } from "./output.ts";
import { addRevertCommands } from "./revert-commands.ts";
import { approveStake, openOwnedRegistry, openRegistry, registryCall } from "./stake.ts";
import { makeConsent, readConsent, readValidatorKey } from "./validator-key.ts";
import { amountOf, printSet, printValidator } from "./validator-status.ts";

const HELP = `
Contract and chain come from "exchange" and "rpc" in proofbook.json, PROOFBOOK_EXCHANGE and PROOFBOOK_RPC; no sequencer
has to run. The wallet (--keystore, PROOFBOOK_PRIVATE_KEY, --dev-wallet) owns the stake and pays; the signer is the key
of the node, and neither needs the other's machine.

Example:
  node's machine $ proofbook validator consent --validator-key validator.key --owner 0xOWNER > consent.json
  owner's machine $ proofbook validator join 100000 --consent consent.json
  anybody         $ proofbook validator seal`;

function signerArgument(text: string): string {
  if (!isAddress(text)) throw new InvalidArgumentError("An address is needed, 0x and 40 hex digits.");
  return getAddress(text);
}

interface StakeOptions {
  readonly mint?: boolean;
  readonly consent?: string;
  readonly validatorKey?: string;
}

const MINT = ["--mint", "make development tokens first (local chains only)"] as const;

export function addValidatorCommands(program: Command, surroundings: Surroundings): void {
  const validator = program
    .command("validator")
    .description("stake for a validator, leave, seal the next set, report a liar, take batches back")
    .addHelpText("after", HELP);
  addReading(validator, surroundings);
  addStaking(validator, surroundings);
  addLeaving(validator, surroundings);
  addForAll(validator, surroundings);
  addRevertCommands(validator, surroundings);
}

function addReading(validator: Command, surroundings: Surroundings): void {
  validator
    .command("status")
    .description("show the set, its candidates and when the next one may be sealed; or one validator")
    .argument("[signer]", "address of a validator's key", signerArgument)
    .action(async (signer: string | undefined, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const view = await openRegistry(context);
      if (signer === undefined) await printSet(context.output, view);
      else await printValidator(context.output, view, signer);
    });

  validator
    .command("consent")
    .description("sign, with a node's key, that an owner may stake for it; prints JSON for `join --consent`")
    .requiredOption("--validator-key <file>", "the node's key, as `proofbook node init` made it")
    .requiredOption("--owner <address>", "the wallet that stakes and is paid", signerArgument)
    .action(async (options: { validatorKey: string; owner: string }, command: Command) => {
      const context = new Context(command, surroundings);
      const key = readValidatorKey(options.validatorKey);
      const { exchange } = await openRegistry(context);
      const consent = await makeConsent(key, options.owner, await exchange.domain());
      context.output.write(`${JSON.stringify(consent)}\n`);
    });
}

function addStaking(validator: Command, surroundings: Surroundings): void {
  validator
    .command("join")
    .description("stake for a validator: it is in every set that is sealed from now on")
    .argument("<amount>", "of the stake token, such as 100000")
    .option("--consent <file>", "the signer's consent, from `validator consent`")
    .option("--validator-key <file>", "or the node's key itself, where it is here")
    .option(...MINT)
    .action(async (amount: string, options: StakeOptions, command: Command) => {
      const context = new Context(command, surroundings);
      if ((options.consent === undefined) === (options.validatorKey === undefined))
        throw new TraderError("BAD_FLAGS", { message: "name one of --consent and --validator-key" });
      const owned = await openOwnedRegistry(context);
      const { registry, exchange, owner } = owned;
      const stake = toQuanta({ amount, decimals: owned.token.decimals });
      const { signer, peerKey, signature } =
        options.consent !== undefined
          ? readConsent(options.consent, owner.address)
          : await makeConsent(
              readValidatorKey(options.validatorKey!),
              owner.address,
              await exchange.domain(),
            );
      await approveStake(owned, stake, options.mint === true);
      const receipt = await registryCall(() => registry.join({ signer, peerKey, stake, consent: signature }));
      const joined = { signer, owner: owner.address, stake, transaction: receipt.hash };
      print(context.output, joined, () => listing({ ...joined, stake: amountOf(owned, stake) }));
    });

  validator
    .command("raise")
    .description("add to the stake of a candidate")
    .argument("<signer>", "address of the validator's key", signerArgument)
    .argument("<amount>", "of the stake token")
    .option(...MINT)
    .action(async (signer: string, amount: string, options: StakeOptions, command: Command) => {
      const context = new Context(command, surroundings);
      const owned = await openOwnedRegistry(context);
      const { registry } = owned;
      const added = toQuanta({ amount, decimals: owned.token.decimals });
      await approveStake(owned, added, options.mint === true);
      const { hash: transaction } = await registryCall(() => registry.raiseStake(signer, added));
      const { stake } = await registry.validatorOf(signer);
      print(context.output, { signer, stake, transaction }, () =>
        listing({ signer, stake: amountOf(owned, stake), transaction }),
      );
    });
}

function addLeaving(validator: Command, surroundings: Surroundings): void {
  validator
    .command("leave")
    .description("be in no further set; those that are sealed keep the validator, and its stake stays locked")
    .argument("<signer>", "address of the validator's key", signerArgument)
    .action(async (signer: string, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const { registry } = await openOwnedRegistry(context);
      const { lastEpoch, receipt } = await registryCall(() => registry.leave(signer));
      print(context.output, { signer, lastEpoch, transaction: receipt.hash }, () =>
        listing({
          signer,
          "last epoch":
            lastEpoch === 0 ? "none: it never was a member" : `${lastEpoch}, until then it must vote`,
          transaction: receipt.hash,
        }),
      );
    });

  validator
    .command("withdraw")
    .description("pay the stake of a validator that has left back to its owner")
    .argument("<signer>", "address of the validator's key", signerArgument)
    .option("--to <address>", "pay to this one, as the owner asks", signerArgument)
    .action(async (signer: string, options: { to?: string }, command: Command) => {
      const context = new Context(command, surroundings);
      const owned = await openOwnedRegistry(context);
      const { stake, to, receipt } = await registryCall(() =>
        owned.registry.withdrawStake(signer, options.to),
      );
      print(context.output, { signer, stake, to, transaction: receipt.hash }, () =>
        listing({ signer, paid: amountOf(owned, stake), to, transaction: receipt.hash }),
      );
    });
}

/** What keeps a set whole that went silent, and what anybody may do. */
function addForAll(validator: Command, surroundings: Surroundings): void {
  validator
    .command("affirm")
    .description(
      "say, while the set is silent, that a candidate is there; after a long silence the others lose their seats",
    )
    .argument("<signer>", "address of the validator's key", signerArgument)
    .action(async (signer: string, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const { registry } = await openOwnedRegistry(context);
      const { hash: transaction } = await registryCall(() => registry.affirm(signer));
      print(context.output, { signer, transaction }, () => listing({ signer, transaction }));
    });

  validator
    .command("seal")
    .description("fix the set of the next epoch: all candidates; after a long silence those that affirmed")
    .action(async (_: object, command: Command) => {
      const context = new Context(command, surroundings);
      const { registry } = await openOwnedRegistry(context);
      const { epoch, members, receipt } = await registryCall(() => registry.sealEpoch());
      print(context.output, { epoch, members, transaction: receipt.hash }, () => [
        ...listing({ epoch, members: members.length, transaction: receipt.hash }),
        ...members,
      ]);
    });

  validator
    .command("report")
    .description(
      "show the registry two statements that contradict each other, for a share of the liar's stake",
    )
    .argument("<file>", "JSON: the evidence, or the line of a node's log that has it")
    .action(async (file: string, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      // Only now: no other command needs the codecs of the node's database.
      const { readEvidence } = await import("./read-evidence.ts");
      const evidence = readEvidence(file);
      const owned = await openOwnedRegistry(context);
      const { signer, reward, receipt } = await registryCall(() => owned.registry.slash(evidence));
      const { offence, epoch } = evidence;
      print(context.output, { signer, offence, epoch, reward, transaction: receipt.hash }, () =>
        listing({ signer, offence, epoch, reward: amountOf(owned, reward), transaction: receipt.hash }),
      );
    });
}
