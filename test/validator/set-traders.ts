/** Traders who place and cancel through any node of a set, whatever becomes of the nodes meanwhile. */
import { type AccountSession, openSession } from "../../trader/sdk/account-session.ts";
import type { Client } from "../../trader/sdk/client.ts";
import { mintFor } from "../../trader/sdk/collateral.ts";
import { deriveKey } from "../../trader/sdk/derive-key.ts";
import { getAccount } from "../../trader/sdk/reads.ts";
import { register } from "../../trader/sdk/register.ts";
import { TraderError } from "../../trader/sdk/trader-error.ts";
import type { Random } from "../generate/random.ts";
import { MARKETS, type NodeSet, walletAt } from "./node-set.ts";
import { isLost } from "./set-reads.ts";
import { until } from "./until.ts";

const FIRST_TRADER = 6;
const QUANTA = 10n ** 12n;
const units = MARKETS[0]!;
/** Accounts on L1, and a session for each as soon as every node has taken them from there. */
export async function openAccounts(set: NodeSet, client: Client, count: number): Promise<AccountSession[]> {
  const { exchange, chainId } = set.deployment;
  const made = await Promise.all(
    Array.from({ length: count }, async (_, i) => {
      const wallet = walletAt(FIRST_TRADER + i);
      const signer = wallet.connect(set.provider);
      const key = await deriveKey({ wallet, chainId, exchange, purpose: "owner" });
      await mintFor("register", { exchange, signer, quanta: QUANTA });
      const { account } = await register({ exchange, signer, quanta: QUANTA, keyHash: key.hash });
      return { account, key };
    }),
  );
  await set.mine();
  const last = Math.max(...made.map(({ account }) => account));
  await until(set, `account ${last} at every node`, async () => {
    const found = await Promise.all(set.nodes.map((node) => hasAccount(node.client, last)));
    return found.every(Boolean);
  });
  return await Promise.all(made.map(({ account, key }) => openSession({ client, account, key })));
}

async function hasAccount(client: Client, account: number): Promise<boolean> {
  try {
    await getAccount(client, { account });
    return true;
  } catch (error) {
    if (error instanceof TraderError && error.reason === "noSuchAccount") return false;
    throw error;
  }
}

/** How a trader goes on. */
export interface Pace {
  isOver(): boolean;
  /** Between two requests. */
  rest(): Promise<void>;
}

/** Trades until it is told to stop. Answers that are lost are no mistake, refusals of another kind are. */
export async function trade(session: AccountSession, random: Random, pace: Pace): Promise<void> {
  const open: number[] = [];
  while (!pace.isOver())
    try {
      await act(session, random, open);
      await pace.rest();
    } catch (error) {
      if (!isLost(error)) {
        if (!(error instanceof TraderError) || error.code !== "NO_FREE_SLOT") throw error;
        await session.cancelAll().catch(forgive);
        open.length = 0;
      }
      // Whether it was executed is not known here: what is open is asked anew.
      await session.refresh().then(({ orders }) => {
        open.splice(0, open.length, ...orders.map(({ slot }) => slot));
      }, forgive);
    }
}

async function act(session: AccountSession, random: Random, open: number[]): Promise<void> {
  if (open.length > 0 && random.chance(0.4)) {
    const [slot] = open.splice(random.below(open.length), 1);
    await session.cancel({ slot: slot! });
    return;
  }
  const side = random.pick(["buy", "sell"] as const);
  const price = String(64_000 + random.between(-40, 40) * 10);
  const { receipt, slot } = await session.place({ units, side, price, size: "0.001" });
  if (receipt.order === "open") open.push(slot);
}

function forgive(error: unknown): void {
  if (!isLost(error)) throw error;
}
