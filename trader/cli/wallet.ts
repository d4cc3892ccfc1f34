/** The wallet that owns accounts on L1 and from whose signature the keys are derived. */
import { readFileSync } from "node:fs";
import { type HDNodeWallet, Wallet } from "ethers";
import { devWallet } from "../devnet/dev-wallet.ts";
import { TraderError } from "../sdk/trader-error.ts";
import type { Config } from "./config.ts";

/** Keys of a wallet: it signs, and can be connected to a chain. */
export type OwnerWallet = Wallet | HDNodeWallet;

const none = (message: string, whatToDo: string): TraderError =>
  new TraderError("NO_WALLET", { message, whatToDo });

/**
 * Opens the wallet that flags, environment or file name. A private key is taken only from the environment: on a
 * command line every process of the machine could read it.
 */
export async function openWallet(config: Config, env: NodeJS.ProcessEnv): Promise<OwnerWallet> {
  if (config.devWallet !== undefined) return devWallet(config.devWallet);
  if (config.keystore !== undefined) return await openKeystore(config.keystore, env.PROOFBOOK_PASSWORD);
  if (env.PROOFBOOK_PRIVATE_KEY === undefined)
    throw none(
      "no wallet was named",
      "Use --keystore FILE with PROOFBOOK_PASSWORD, PROOFBOOK_PRIVATE_KEY, or --dev-wallet N on a local chain.",
    );
  try {
    return new Wallet(env.PROOFBOOK_PRIVATE_KEY);
  } catch {
    throw none("PROOFBOOK_PRIVATE_KEY is no private key", "It is 32 bytes of hex with 0x.");
  }
}

async function openKeystore(path: string, password: string | undefined): Promise<OwnerWallet> {
  if (password === undefined)
    throw none(`the keystore ${path} needs a password`, "Give it in the environment as PROOFBOOK_PASSWORD.");
  let content: string;
  try {
    content = readFileSync(path, "utf8");
  } catch (error) {
    throw none(
      `cannot read ${path}: ${(error as Error).message}`,
      "`proofbook key new FILE` makes a keystore.",
    );
  }
  try {
    return await Wallet.fromEncryptedJson(content, password);
  } catch (error) {
    throw none(`${path} cannot be opened: ${(error as Error).message}`, "Wrong password, or not a keystore.");
  }
}
