/** The devnet's own traders: a wallet, an account with collateral, a session each. */
import type { JsonRpcProvider } from "ethers";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { type AccountSession, openSession } from "../sdk/account-session.ts";
import type { Client } from "../sdk/client.ts";
import { mintFor } from "../sdk/collateral.ts";
import { deriveKey, type RequestKey } from "../sdk/derive-key.ts";
import { getAccountsByOwner, getHealth } from "../sdk/reads.ts";
import { register } from "../sdk/register.ts";
import { DevWallet, devWallet } from "./dev-wallet.ts";
import { waitUntil } from "./wait-until.ts";

/** Finality and a look at the chain take seconds; a machine that proves at the same time is slow. */
const QUEUE_TIMEOUT_MS = 120_000;

export interface TradersOptions {
  readonly client: Client;
  readonly provider: JsonRpcProvider;
  readonly chainId: bigint;
  readonly exchange: string;
  readonly count: number;
  /** First deposit of each, in quanta. */
  readonly quanta: bigint;
  readonly onFunded?: (account: number) => void;
}

/** Waits until the sequencer has executed all that the L1 queue holds. */
export async function waitForQueue(client: Client, contract: ExchangeContract): Promise<void> {
  const { queuedRequests } = await contract.state();
  await waitUntil("taking the requests of the L1 queue", QUEUE_TIMEOUT_MS, async () => {
    const { l1Consumed } = await getHealth(client);
    return l1Consumed >= queuedRequests ? true : undefined;
  });
}

/** Opens the accounts that do not exist yet, and a session for each. */
export async function openTraders(options: TradersOptions): Promise<AccountSession[]> {
  const { client, provider, chainId, exchange, count, quanta } = options;
  const contract = new ExchangeContract(exchange, provider);
  // What an interrupted start has registered must be seen first, or it would be registered twice.
  await waitForQueue(client, contract);
  const keys: RequestKey[] = [];
  for (let i = 0; i < count; i++) {
    const wallet = devWallet(DevWallet.firstTrader + i);
    const key = await deriveKey({ wallet, chainId, exchange, purpose: "owner" });
    keys.push(key);
    if ((await getAccountsByOwner(client, { keyHash: key.hash })).length > 0) continue;
    const signer = wallet.connect(provider);
    await mintFor("register", { exchange, signer, quanta });
    const { account } = await register({ exchange, signer, quanta, keyHash: key.hash });
    options.onFunded?.(account);
  }
  await waitForQueue(client, contract);
  return await Promise.all(
    keys.map(async (key) => {
      const [account] = await getAccountsByOwner(client, { keyHash: key.hash });
      return await openSession({ client, account: account!, key });
    }),
  );
}
