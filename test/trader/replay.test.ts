/** A replay's orders on the real machine, without the minutes of proving: the devnet's test and README have those. */
import { existsSync } from "node:fs";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { FULL_DIMENSIONS } from "../../sequencer/state-tree/state-tree.ts";
import { openTraders } from "../../trader/devnet/traders.ts";
import { compareSide } from "../../trader/replay/compare-books.ts";
import { Feed } from "../../trader/replay/feed.ts";
import { LevelReading } from "../../trader/replay/level-reading.ts";
import { parseMessage } from "../../trader/replay/lobster-message.ts";
import { midOf } from "../../trader/replay/oracle-file.ts";
import { type Line, readLines } from "../../trader/replay/read-lines.ts";
import type { ReplayError } from "../../trader/replay/replay-error.ts";
import { replayMarkets } from "../../trader/replay/replay-market.ts";
import { ReplayPlan } from "../../trader/replay/replay-plan.ts";
import { createClient } from "../../trader/sdk/client.ts";
import { connectChain } from "../../trader/sdk/connect-chain.ts";
import { getBook } from "../../trader/sdk/reads.ts";
import { localExchange } from "./local-exchange.ts";

const SAMPLE = `34200.1,1,1,100,2238100,1
34200.2,1,2,60,2238100,1
34200.3,1,3,200,2239500,-1
34200.4,1,4,50,2239600,-1
34200.5,5,0,10,2238800,1
34200.6,2,1,50,2238100,1
34200.7,4,1,50,2238100,1
34200.8,4,3,200,2239500,-1
34200.9,1,5,30,2239700,1
34201.0,3,99,5,2230000,1
34201.1,3,2,60,2238100,1
34201.2,1,6,1,2239800,-1
`;

const OWNERS = 7;
const [units] = replayMarkets("AMZN.csv", 22_386, 8);
const dimensions = { ...FULL_DIMENSIONS, accountDepth: 3 };
const local = await localExchange({ dimensions, markets: replayMarkets("AMZN.csv", 22_386, 8) });
const provider = await connectChain({ url: local.rpc });
const client = createClient({ url: local.api });
const { exchange } = local;
const funding = { client, provider, chainId: 31337n, exchange, count: OWNERS + 1, quanta: 10n ** 14n };
const traders = await openTraders(funding);

async function* linesOf(text: string): AsyncGenerator<Line> {
  for (const [i, line] of text.trimEnd().split("\n").entries()) yield { number: i + 1, text: line };
}

/** Sends everything, and returns where the exchange's book differs from the messages'. */
async function play(lines: AsyncIterable<Line>, limit: number) {
  const feed = new Feed({
    units: units!,
    makers: traders.slice(0, OWNERS),
    taker: traders[OWNERS]!,
    pace: 0,
  });
  const plan = new ReplayPlan({ owners: OWNERS, slotsPerOwner: 256 });
  const reading = new LevelReading();
  for await (const line of lines) {
    if (line.number > limit) break;
    const message = parseMessage(line);
    reading.read(message);
    for (const order of plan.translate(message)) await feed.send(order, line.number);
  }
  const book = await getBook(client, { market: 0, depth: 100 });
  const { buy, sell } = reading.levels();
  const differences = [compareSide("buy", book.bids, buy, 100), compareSide("sell", book.asks, sell, 100)];
  // One by one: dead orders would keep the slots that the next replay wants.
  for (const trader of traders)
    for (const { slot } of (await trader.refresh()).orders) await trader.cancel({ slot });
  return { counts: feed.counts, plan, differences, mid: midOf(reading.levels()), book };
}

test("a sample with every kind of message leaves the book that it describes", async () => {
  const { counts, plan, differences, mid, book } = await play(linesOf(SAMPLE), 100);
  assert.equal(differences, [undefined, undefined]);
  assert.is(mid, Math.floor((22_397 + 22_398) / 2));
  assert.equal(plan.skipped, { hidden: 1, unknown: 1, offTick: 0 });
  // Order 5 proves that order 4, which it would meet, was gone; order 6 meets nobody.
  assert.is(plan.stale, 1);
  assert.equal(counts, { orders: 7, cancels: 4, takers: 2, fills: 2 });
  assert.equal([book.bids[0]!.lots, book.asks[0]!.lots], [300_000, 10_000]);
});

test("a difference is named with side, level, price and size", () => {
  const found = [{ price: 10, lots: 50_000, orders: 1 }];
  assert.is(compareSide("buy", found, new Map([[10, 5]]), 10), undefined);
  assert.is(
    compareSide("buy", found, new Map([[10, 6]]), 10),
    "buy level 1: 5 at 10 on the exchange, 6 at 10 by the messages",
  );
  assert.is(
    compareSide("sell", found, new Map(), 10),
    "sell level 1: 5 at 10 on the exchange, nothing by the messages",
  );
  assert.match(compareSide("sell", [], new Map([[9, 1]]), 10)!, /nothing on the exchange, 1 at 9/);
});

test("an order that the exchange treats otherwise than planned ends the replay, with the line", async () => {
  const feed = new Feed({
    units: units!,
    makers: traders.slice(0, OWNERS),
    taker: traders[OWNERS]!,
    pace: 0,
  });
  const nobody = { kind: "take", side: "buy", price: 22_380, size: 1 } as const;
  let thrown: unknown;
  await feed.send(nobody, 17).catch((error: unknown) => {
    thrown = error;
  });
  assert.is((thrown as ReplayError).code, "REQUEST_REFUSED");
  assert.match((thrown as ReplayError).message, /^line 17: /);
});

const REAL = process.env.LOBSTER_FILE ?? "../shared/data/lobster/AMZN_2012-06-21_message_5.csv";

test("six hundred real messages leave the book that they describe", async () => {
  if (!existsSync(REAL)) {
    console.log(`  skipped: ${REAL} is not here (set LOBSTER_FILE)`);
    return;
  }
  const { counts, differences } = await play(readLines(REAL), 600);
  assert.equal(differences, [undefined, undefined]);
  assert.ok(counts.takers > 30 && counts.fills >= counts.takers);
});

test.after(async () => {
  provider.destroy();
  await local.stop();
});

test.run();
