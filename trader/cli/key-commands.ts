/** Wallets and the keys that are derived from them. */
import { existsSync, writeFileSync } from "node:fs";
import type { Command } from "commander";
import { Wallet } from "ethers";
import { getAccountsByOwner } from "../sdk/reads.ts";
import { TraderError } from "../sdk/trader-error.ts";
import { oneOf, wholeNumber } from "./arguments.ts";
import { Context, type Surroundings } from "./context.ts";
import { listing, print } from "./output.ts";

export function addKeyCommands(program: Command, surroundings: Surroundings): void {
  const key = program.command("key").description("wallets, and the keys derived from a wallet's signature");

  key
    .command("new")
    .description("make a wallet in a new encrypted keystore file; its keys follow from it")
    .argument("<file>", "the keystore to write; an existing file is never overwritten")
    .addHelpText("after", "\nExample:\n  $ PROOFBOOK_PASSWORD=... proofbook key new wallet.json")
    .action(async (file: string, _: object, command: Command) => {
      const context = new Context(command, surroundings);
      const password = surroundings.env.PROOFBOOK_PASSWORD;
      if (password === undefined || password === "")
        throw new TraderError("NO_WALLET", {
          message: "a keystore needs a password",
          whatToDo: "Give it in the environment as PROOFBOOK_PASSWORD.",
        });
      if (existsSync(file))
        throw new TraderError("BAD_CONFIG", {
          message: `${file} exists already`,
          whatToDo: "Name a new file.",
        });
      const wallet = Wallet.createRandom();
      const keystore = await new Wallet(wallet.privateKey).encrypt(password);
      writeFileSync(file, keystore, { mode: 0o600, flag: "wx" });
      print(context.output, { address: wallet.address, keystore: file }, () => [
        ...listing({ address: wallet.address, keystore: file }),
        "Keep file and password: without both, what this wallet owns is lost.",
      ]);
    });

  key
    .command("show")
    .description("show a derived key's public parts, and the accounts of the wallet")
    .option("--purpose <purpose>", "owner or trading", oneOf("owner", "trading"), "owner")
    .option("--index <n>", "which of several", wholeNumber, 0)
    .addHelpText("after", "\nExample:\n  $ proofbook --dev-wallet 9 key show --purpose trading --index 1")
    .action(async (options: { purpose: "owner" | "trading"; index: number }, command: Command) => {
      const context = new Context(command, surroundings);
      const [wallet, derived, owner] = await Promise.all([
        context.wallet(),
        context.key(options.purpose, options.index),
        context.key("owner", 0),
      ]);
      const accounts = await getAccountsByOwner(context.client, { keyHash: owner.hash });
      const [x, y] = derived.publicKey;
      const shown = {
        address: wallet.address,
        ...options,
        hash: derived.hash,
        publicKey: { x, y },
        accounts,
      };
      print(context.output, shown, () =>
        listing({
          address: wallet.address,
          key: `${options.purpose} ${options.index}`,
          hash: String(derived.hash),
          "public x": String(x),
          "public y": String(y),
          accounts: accounts.length === 0 ? "none" : accounts.join(", "),
        }),
      );
    });
}
