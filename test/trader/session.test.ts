/** Sessions against a local exchange: slots and nonces under concurrency, other sessions, dead orders. */
import { randomBytes } from "node:crypto";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { DevWallet, devWallet } from "../../trader/devnet/dev-wallet.ts";
import { openTraders } from "../../trader/devnet/traders.ts";
import { openSession } from "../../trader/sdk/account-session.ts";
import { createClient } from "../../trader/sdk/client.ts";
import { connectChain } from "../../trader/sdk/connect-chain.ts";
import { deriveKey, keyOfSecret } from "../../trader/sdk/derive-key.ts";
import { getAccount, getFills, getOrder } from "../../trader/sdk/reads.ts";
import { errorOf } from "./error-of.ts";
import { DIMENSIONS, localExchange, MARKETS } from "./local-exchange.ts";

const local = await localExchange();
const provider = await connectChain({ url: local.rpc });
const posted: string[] = [];
const client = createClient({
  url: local.api,
  fetch: (url, init) => {
    if (init?.method === "POST") posted.push(new URL(String(url)).pathname);
    return fetch(url, init);
  },
});
const { exchange } = local;
const chainId = 31337n;
const [maker, taker] = await openTraders({
  client,
  provider,
  chainId,
  exchange,
  count: 2,
  quanta: 10n ** 12n,
});
const key = await deriveKey({
  wallet: devWallet(DevWallet.firstTrader),
  chainId,
  exchange,
  purpose: "owner",
});
const units = MARKETS[0]!;
const SLOTS = 4 ** DIMENSIONS.orderDepth;

test("orders sent at once get slots of their own and travel together; the one too many is refused before it is sent", async () => {
  const terms = { units, side: "sell", price: "65000", size: "0.001" } as const;
  posted.length = 0;
  const placed = await Promise.all(Array.from({ length: SLOTS }, () => maker!.place(terms)));
  for (const { receipt } of placed) assert.is(receipt.order, "open");
  assert.is(new Set(placed.map(({ slot }) => slot)).size, SLOTS);
  assert.is((await errorOf(maker!.place(terms))).code, "NO_FREE_SLOT");
  assert.equal(posted, ["/v1/requests/many"]);
});

test("a filled order's slot is found again without being told", async () => {
  const { receipt } = await taker!.place({
    units,
    side: "buy",
    price: "65000",
    size: "0.001",
    time: "immediate",
  });
  assert.is(receipt.fills?.count, 1);
  const placed = await maker!.place({ units, side: "sell", price: "65100", size: "0.001" });
  assert.is(placed.receipt.order, "open");
  const order = await getOrder(client, { account: maker!.account, slot: placed.slot });
  assert.equal([order.state, order.remaining], ["open", 500]);
});

test("two sessions of one account do not stop each other", async () => {
  await maker!.cancelAll();
  const other = await openSession({ client, account: maker!.account, key, now: () => Date.now() });
  const bids = { units, side: "buy", price: "60000", size: "0.001" } as const;
  // Both begin with the same nonces and slots; the second to come takes others.
  const [first] = await Promise.all([
    taker!.place(bids),
    other.cancelAll(),
    maker!.cancelAll(),
    other.cancelAll(),
  ]);
  assert.is(first!.receipt.outcome, "accepted");
});

test("dead orders keep their slots until they are cleared: the session goes on to free ones", async () => {
  const before = await getAccount(client, { account: taker!.account });
  assert.is(before.orders.length, 1);
  await taker!.cancelAll();
  const again = await openSession({
    client,
    account: taker!.account,
    key: await deriveKey({
      wallet: devWallet(DevWallet.firstTrader + 1),
      chainId,
      exchange,
      purpose: "owner",
    }),
  });
  const { receipt } = await again.place({ units, side: "buy", price: "60000", size: "0.001" });
  assert.is(receipt.order, "open");
});

test("a key that is not the account's, and an account that is not there, are refused before anything is signed", async () => {
  const stranger = await keyOfSecret(randomBytes(32));
  assert.is((await errorOf(openSession({ client, account: 1, key: stranger }))).code, "WRONG_KEY");
  assert.is((await errorOf(openSession({ client, account: 50, key }))).code, "NO_ACCOUNT");
});

test("fills are told once to each side", async () => {
  const { fills } = await getFills(client);
  assert.is(fills.length, 1);
  assert.equal([fills[0]!.maker.account, fills[0]!.taker.account], [maker!.account, taker!.account]);
  assert.is((await getFills(client, { account: maker!.account })).fills.length, 1);
});

test.after(async () => {
  provider.destroy();
  await local.stop();
});

test.run();
