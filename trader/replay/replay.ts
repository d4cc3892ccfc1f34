/** `npm run replay`: a devnet of its own, fed from a file, until all of it is proven and settled. */
import { readFile } from "node:fs/promises";
import { aborted } from "../devnet/aborted.ts";
import { type Devnet, startDevnet } from "../devnet/devnet.ts";
import { DevnetError } from "../devnet/devnet-error.ts";
import { pathsOf } from "../devnet/folder.ts";
import type { SessionSurroundings } from "../devnet/run-session.ts";
import { openTraders } from "../devnet/traders.ts";
import { brokenOff } from "../devnet/watchdog.ts";
import { getBook } from "../sdk/reads.ts";
import { compareSide } from "./compare-books.ts";
import { Feed } from "./feed.ts";
import { LevelReading } from "./level-reading.ts";
import { parseBookRow, type SeedLevel } from "./lobster-book.ts";
import { parseMessage } from "./lobster-message.ts";
import type { ReplayOptions } from "./options.ts";
import { midOf, OracleFile } from "./oracle-file.ts";
import { readLines } from "./read-lines.ts";
import { ReplayError } from "./replay-error.ts";
import { replayMarkets } from "./replay-market.ts";
import { ReplayPlan, ticksOf } from "./replay-plan.ts";
import { summaryOf, tellSummary } from "./summary.ts";

/** Machine time after which a batch is cut: the last one waits so long at most, while earlier ones are proven. */
const MAX_BATCH_SECONDS = 60;
/** A hundred million units of a six-decimal collateral: the replay is about orders, not about margin calls. */
const FIRST_DEPOSIT = 100_000_000_000_000n;
/** Levels of the API's largest answer. */
const BOOK_DEPTH = 100;
/** Unproven batches at which the feed waits: a day of messages must not pile up. */
const MAX_UNPROVEN_BATCHES = 64;

export async function replay(options: ReplayOptions, surroundings: SessionSurroundings): Promise<void> {
  const { file, dimensions } = options;
  const { report, signal } = surroundings;
  // Before minutes are spent on circuits: is there something to replay?
  const seeds = await seedLevels(options);
  const firstPrice = await firstPriceOf(options, seeds);
  const markets = replayMarkets(file, firstPrice, dimensions.markets);
  const oracle = new OracleFile(pathsOf(options.data).prices);
  const devnet = await startDevnet({
    ...options,
    fresh: true,
    markets,
    prices: { kind: "file", path: oracle.path },
    maxBatchSeconds: MAX_BATCH_SECONDS,
    prepare: async () => oracle.write([firstPrice]),
    report,
    signal,
  });
  const ending = new AbortController();
  const working = feedAndSettle(devnet, options, seeds, oracle, surroundings);
  try {
    await Promise.race([
      working,
      brokenOff(devnet, options.timeLimitSeconds, ending.signal),
      aborted(signal).then(() => checkGoesOn(signal)),
    ]);
  } catch (error) {
    throw await devnet.explain(error);
  } finally {
    ending.abort();
    working.catch(() => undefined);
    await devnet.stop();
  }
}

async function seedLevels({ book }: ReplayOptions): Promise<SeedLevel[]> {
  if (book === undefined) return [];
  for await (const line of readLines(book)) return parseBookRow(line);
  throw new ReplayError("BAD_FILE", `${book} has no row`);
}

/** Where the oracle stands before the first message. */
async function firstPriceOf({ file, book }: ReplayOptions, seeds: readonly SeedLevel[]): Promise<number> {
  const reading = new LevelReading();
  reading.seed(seeds);
  const mid = midOf(reading.levels());
  if (mid !== undefined) return mid;
  for await (const line of readLines(file)) {
    const { price } = parseMessage(line);
    if (ticksOf(price) !== undefined) return ticksOf(price)!;
  }
  throw new ReplayError(
    "BAD_FILE",
    `${file}${book === undefined ? "" : ` and ${book}`}: no price to begin with`,
  );
}

async function feedAndSettle(
  devnet: Devnet,
  options: ReplayOptions,
  seeds: readonly SeedLevel[],
  oracle: OracleFile,
  { report, signal }: SessionSurroundings,
): Promise<void> {
  const { accounts, dimensions, file } = options;
  const traders = await openTraders({
    ...devnet,
    count: accounts,
    quanta: FIRST_DEPOSIT,
    onFunded: (account) => report({ event: "phase", name: "trader", detail: `account ${account} is funded` }),
  });
  const [units] = replayMarkets(file, 1, dimensions.markets);
  const feed = new Feed({
    units: units!,
    makers: traders.slice(0, -1),
    taker: traders.at(-1)!,
    pace: options.pace,
  });
  const plan = new ReplayPlan({ owners: accounts - 1, slotsPerOwner: 4 ** dimensions.orderDepth });
  const reading = new LevelReading();
  const messages = await send(devnet, options, { feed, plan, reading, seeds, oracle, signal });
  await compareBooks(devnet, reading);
  report({ event: "note", text: `${messages} messages are sent, and the books agree; waiting for proofs` });
  await settled(devnet, feed, signal);
  const constraints = await Promise.all(
    devnet.artefacts.map(async ({ steps, key }) => ({
      steps,
      constraints: await constraintsOf(key.manifestPath),
    })),
  );
  tellSummary(
    report,
    summaryOf({ messages, counts: feed.counts, plan, figures: devnet.watch.figures, constraints }),
  );
}

interface Sending {
  readonly feed: Feed;
  readonly plan: ReplayPlan;
  readonly reading: LevelReading;
  readonly seeds: readonly SeedLevel[];
  readonly oracle: OracleFile;
  readonly signal: AbortSignal;
}

/** Sends everything; returns how many messages were read. */
async function send(
  { watch }: Devnet,
  { file, limit, book }: ReplayOptions,
  { feed, plan, reading, seeds, oracle, signal }: Sending,
): Promise<number> {
  reading.seed(seeds);
  for (const order of plan.seed(seeds)) await feed.send(order, 0);
  let messages = 0;
  for await (const line of readLines(file)) {
    if (messages === limit) break;
    checkGoesOn(signal);
    messages += 1;
    // The first row is the book after the first message.
    if (book !== undefined && line.number === 1) continue;
    const message = parseMessage(line);
    reading.read(message);
    const mid = midOf(reading.levels());
    if (mid !== undefined) oracle.write([mid]);
    for (const order of plan.translate(message)) {
      while (watch.health.lag.batches > MAX_UNPROVEN_BATCHES) await watch.nextLook();
      await feed.send(order, line.number);
    }
  }
  return messages;
}

async function compareBooks({ client }: Devnet, reading: LevelReading): Promise<void> {
  const book = await getBook(client, { market: 0, depth: BOOK_DEPTH });
  const wanted = reading.levels();
  const difference =
    compareSide("buy", book.bids, wanted.buy, BOOK_DEPTH) ??
    compareSide("sell", book.asks, wanted.sell, BOOK_DEPTH);
  if (difference !== undefined) throw new ReplayError("BOOK_DIFFERS", difference);
}

/** Waits until the batch of the last request is settled on the chain. */
async function settled({ watch }: Devnet, feed: Feed, signal: AbortSignal): Promise<void> {
  const last = feed.lastReceipt?.batch ?? 0;
  while (watch.figures.lastSettled < last) {
    await watch.nextLook();
    checkGoesOn(signal);
  }
}

/** What was interrupted must not look like what was replayed. */
function checkGoesOn(signal: AbortSignal): void {
  if (signal.aborted) throw new DevnetError("INTERRUPTED", "stopped before all was settled");
}

/** Of a circuit, as its key's manifest has it. */
async function constraintsOf(manifestPath: string): Promise<number> {
  const manifest = JSON.parse(await readFile(manifestPath, "utf8")) as { facts: { constraints: number } };
  return manifest.facts.constraints;
}
