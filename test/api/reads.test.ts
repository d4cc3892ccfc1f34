/** What anybody may read: stages, pages, money as decimal strings. */
import { suite } from "uvu";
import { equal, is, match, ok } from "uvu/assert";
import type { ChainPort } from "../../sequencer/api/ports.ts";
import { headerWords } from "../../sequencer/batch/header.ts";
import { encodeWord, WordType, wordToHex } from "../../sequencer/exchange/word.ts";
import type { Health } from "../../sequencer/node/view.ts";
import { ACCOUNT, batchViewOf, fakeNode, HEALTH, PLACE_WORD, partsOf } from "./fake-node.ts";
import { type LocalServer, localServer } from "./local-server.ts";

const test = suite("reads");
let server: LocalServer;
let health: Health = HEALTH;
const owners = [0n, 7n, 8n, 7n];
const chain = { chainId: 31337n, exchange: "0xee", headBlock: 12, finalBlock: 10, fault: null };

test.before(async () => {
  const account = (index: number) =>
    index > 0 && index < owners.length ? { ...ACCOUNT, index, ownerKey: owners[index]! } : undefined;
  server = await localServer(partsOf(fakeNode({ account, health: () => health }), { chain }));
});
test.after(async () => await server.close());

const get = async (path: string) => {
  const answer = await server.ask("GET", path);
  is(answer.status, 200, JSON.stringify(answer.body));
  return answer.body;
};

test("the exchange tells what a client needs to sign and to settle", async () => {
  equal(await get("/v1/exchange"), {
    domain: "12345678901234567890123",
    requestFee: "7",
    genesisRoot: "11",
    machineTime: 1001,
    tiers: [4],
    dimensions: { accountDepth: 3, orderDepth: 1, markets: 1 },
    chain: { chainId: "31337", exchange: "0xee", headBlock: 12, finalBlock: 10 },
  });
});

test("markets tell prices, best orders and parameters", async () => {
  const { markets } = await get("/v1/markets");
  is(markets.length, 1);
  equal(markets[0].bestBid, { price: 4999, lots: 3, orders: 2 });
  is(markets[0].bestAsk, null);
  is(markets[0].parameters.minOrderValue, "10");
});

test("a market that does not exist is not found", async () => {
  const answer = await server.ask("GET", "/v1/markets/3/book");
  equal([answer.status, answer.body.error.code, answer.body.error.market], [404, "noSuchMarket", 3]);
});

test("an account tells money in quanta, requirements rounded against the trader", async () => {
  const account = await get("/v1/accounts/1");
  is(account.collateral, "-5");
  is(account.equity, "1000");
  is(account.initialRequirement, "2", "12345 / 10000 rounded up");
  is(account.maintenanceRequirement, "1");
  is(account.free, "998");
  equal(account.positions, [{ market: 0, size: -3 }]);
});

test("an account that was never registered is not found", async () => {
  equal((await server.ask("GET", "/v1/accounts/9")).body.error.code, "noSuchAccount");
});

test("accounts are found by their owner's key, also those registered since the last question", async () => {
  equal(await get("/v1/accounts/by-owner/7"), { accounts: [1, 3] });
  equal(await get("/v1/accounts/by-owner/0x8"), { accounts: [2] });
  equal(await get("/v1/accounts/by-owner/9"), { accounts: [] });
  owners.push(9n);
  equal(await get("/v1/accounts/by-owner/9"), { accounts: [4] });
});

test("each fill says whether it is ordered, committed or proven", async () => {
  const { fills, next } = await get("/v1/fills");
  equal(
    fills.map(({ settlement }: { settlement: string }) => settlement),
    ["proven", "committed", "ordered"],
  );
  is(next, 4);
  is(fills[0].side, "sell");
});

test("fills come in pages, and of one account", async () => {
  const first = await get("/v1/fills?limit=2");
  equal([first.fills.length, first.next], [2, 3]);
  const second = await get(`/v1/fills?from=${first.next}&limit=2`);
  equal([second.fills.length, second.next], [1, 4]);
  const none = await get(`/v1/fills?from=${second.next}`);
  equal([none.fills.length, none.next], [0, 4]);
  equal((await get("/v1/fills?account=2")).fills.length, 1);
});

test("batches tell how far they have come, with transactions and gas", async () => {
  const { batches, next } = await get("/v1/batches");
  is(next, 2);
  is(batches[0].state, "committed");
  is(batches[0].commit.gasUsed, "200000");
  is(batches[0].prove, null);
  equal((await get("/v1/batches?from=2")).batches, []);
  const batch = await get("/v1/batches/1");
  equal(batch.words, [wordToHex(PLACE_WORD)]);
  is(batch.headerWords.length, 9);
});

test("a batch's data is enough to replay it: words and signatures", async () => {
  const data = await get("/v1/batches/1/data");
  equal(data.steps, [
    {
      word: wordToHex(PLACE_WORD),
      authority: {
        publicKey: { x: "1", y: "2" },
        signature: { r8x: "3", r8y: "4", s: "5" },
      },
    },
  ]);
  const header = { preRoot: 11n, postRoot: 12n, number: 1, epoch: 0, steps: 4, wordCount: 1 };
  const words = headerWords({ ...header, time: 1001, l1Start: 0, l1End: 0, signaturesHash: 13n });
  equal(data.headerWords, words.map(wordToHex));
});

test("batches that were not cut are not found", async () => {
  for (const path of ["/v1/batches/0", "/v1/batches/2", "/v1/batches/2/data"])
    equal((await server.ask("GET", path)).body.error.code, "noSuchBatch");
});

test("health tells live from ready, and the lag of proving", async () => {
  const running = await get("/v1/health");
  equal([running.live, running.ready], [true, true]);
  equal(running.lag, { oldestUnproven: 1, batches: 1, seconds: 5 });
  health = { ...HEALTH, status: "halted", reason: "the disk is full" };
  const halted = await server.ask("GET", "/v1/health");
  is(halted.status, 503);
  equal([halted.body.live, halted.body.ready, halted.body.reason], [true, false, "the disk is full"]);
  health = { ...HEALTH, batches: { cut: 3, committed: 3, proven: 3 }, provingLagSeconds: 0 };
  equal((await get("/v1/health")).lag, { oldestUnproven: null, batches: 0, seconds: 0 });
});

test("a node whose chain side has stopped is not ready", async () => {
  const stopped: ChainPort = {
    ...chain,
    fault: { code: "reorgBeyondFinality", message: "block 7 is gone", facts: {} },
  };
  const other = await localServer(partsOf(fakeNode(), { chain: stopped }));
  try {
    const answer = await other.ask("GET", "/v1/health");
    is(answer.status, 503);
    equal(answer.body.chainFault, { code: "reorgBeyondFinality", message: "block 7 is gone" });
  } finally {
    await other.close();
  }
});

test("a node that joined lately says what it cannot know, and tells the rest", async () => {
  const node = fakeNode({
    history: { firstBatch: 4, firstFill: 3 },
    batchView: async (number) => (number === 4 ? batchViewOf(4, [], { state: "proven" }) : undefined),
    latestBatch: () => 4,
  });
  const joined = await localServer(partsOf(node));
  const withdrawal = encodeWord({ type: WordType.withdraw, account: 1, nonce: 1 });
  try {
    for (const path of [
      `/v1/receipts/${wordToHex(withdrawal)}`,
      "/v1/orders/1/3",
      "/v1/batches/3",
      "/v1/batches/1/data",
      "/v1/batches",
      "/v1/fills?account=1",
      "/v1/fills?from=2",
    ]) {
      const { status, body } = await joined.ask("GET", path);
      equal([path, status, body.error?.code], [path, 404, "beforeHistory"]);
      equal([body.error.firstBatch, body.error.firstFill], [4, 3]);
    }
    is((await joined.ask("GET", `/v1/receipts/${wordToHex(PLACE_WORD)}`)).status, 200);
    is((await joined.ask("GET", "/v1/fills?from=3")).body.fills.length, 1);
    is((await joined.ask("GET", "/v1/batches?from=4")).body.batches.length, 1);
    for (const number of [0, 5]) {
      const { body } = await joined.ask("GET", `/v1/batches/${number}`);
      is(body.error.code, "noSuchBatch", `${number} never was`);
    }
  } finally {
    await joined.close();
  }
});

test("metrics are there for Prometheus", async () => {
  const text: string = await get("/metrics");
  match(text, /^proofbook_batches_cut 3$/m);
  match(text, /^proofbook_l1_head_block 12$/m);
  match(text, /proofbook_http_reply_seconds_count\{method="GET",route="\/v1\/batches",status="200"\} [1-9]/);
});

test("the OpenAPI document has every route that answers", async () => {
  const { openapi, paths } = await get("/openapi.json");
  match(openapi, /^3\.1/);
  match(JSON.stringify(paths["/v1/requests"].post.responses["4XX"]), '"oversized"');
  equal(Object.keys(paths).sort(), [
    "/v1/accounts/by-owner/{keyHash}",
    "/v1/accounts/{account}",
    "/v1/batches",
    "/v1/batches/{number}",
    "/v1/batches/{number}/data",
    "/v1/exchange",
    "/v1/fills",
    "/v1/health",
    "/v1/jobs/lease",
    "/v1/jobs/{number}/extend",
    "/v1/jobs/{number}/proof",
    "/v1/jobs/{number}/release",
    "/v1/markets",
    "/v1/markets/{market}/book",
    "/v1/orders/{account}/{slot}",
    "/v1/receipts/{id}",
    "/v1/requests",
    "/v1/requests/many",
  ]);
  for (const [path, methods] of Object.entries(paths as Record<string, Record<string, { summary?: string }>>))
    for (const { summary } of Object.values(methods)) ok(summary, `${path} says what it does`);
});

test.run();
