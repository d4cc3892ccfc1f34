/**
 * The whole line with real circuits and proofs, at small dimensions and with one sequencer (set.test.ts has four): traders
 * trade, batches are settled, and whatever is killed at whatever moment, the next start goes on with nothing lost and
 * nothing done twice.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startAnvil } from "../../sequencer/chain/anvil.ts";
import { DevWallet, devWallet } from "../../trader/devnet/dev-wallet.ts";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import { endOrphans } from "../../trader/devnet/orphans.ts";
import { randomInt, seededRandom } from "../../trader/devnet/random.ts";
import { type AccountSession, openSession } from "../../trader/sdk/account-session.ts";
import { type Client, createClient } from "../../trader/sdk/client.ts";
import { connectChain } from "../../trader/sdk/connect-chain.ts";
import { deriveKey } from "../../trader/sdk/derive-key.ts";
import { getBatches, getReceipt } from "../../trader/sdk/reads.ts";
import type { BatchInfo, Receipt } from "../../trader/sdk/replies.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { type DevnetEventLine, DevnetProcess, TAKER } from "./devnet-process.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`devnet: SEED=${SEED}`);
const random = seededRandom(SEED);
/** Between a test's own orders. */
const REST_MS = 4_000;
/** A child is killed at any moment of so many. */
const MOMENTS_MS = 2_000;
/** An answer may take long where a proof takes the whole machine; one that is killed breaks its connections. */
const PATIENCE_MS = 60_000;
const data = mkdtempSync(join(tmpdir(), "proofbook-devnet-"));

/** What the exchange acknowledged, in all lives. */
const acknowledged: Receipt[] = [];
/** Batches as they were seen cut. */
const seen = new Map<number, BatchInfo>();
/** The batch with fills that an earlier life has cut and the last one must settle. */
let firstUnsettled = 0;

async function noteBatches(client: Client): Promise<void> {
  const { batches } = await getBatches(client, { limit: 200 });
  for (const batch of batches) seen.set(batch.number, batch);
}

/** A session of the taker's account, beside the devnet's own. */
async function openOwnSession({ client, exchange }: Life): Promise<AccountSession> {
  const wallet = devWallet(DevWallet.firstTrader + TAKER);
  const key = await deriveKey({ wallet, chainId: 31337n, exchange, purpose: "owner" });
  return await openSession({ client, account: 1 + TAKER, key });
}

/** An order far from the market, and its cancellation: half a batch. */
async function trade(session: AccountSession): Promise<void> {
  const units = DEVNET_MARKETS[0]!;
  const { receipt, slot } = await session.place({ units, side: "buy", price: "50000", size: "0.01" });
  acknowledged.push(receipt);
  acknowledged.push(await session.cancel({ slot }));
}

/** Orders of the test's own until the exchange is gone. */
async function tradeUntilGone(session: AccountSession, { client, devnet }: Life): Promise<void> {
  const gone = new AbortController();
  devnet.ended.then(() => gone.abort());
  try {
    for (;;) {
      await trade(session);
      await noteBatches(client);
      // At most a batch of its own in a while: the devnet's traders want to trade, too.
      await sleep(REST_MS, undefined, { signal: gone.signal });
    }
  } catch {
    return;
  }
}

/** The first batch with fills that is not settled: the next one that is cut, if there is none yet. */
async function unsettledFills({ devnet, client }: Life): Promise<number> {
  const isCut = ({ event, fills }: DevnetEventLine) => event === "cut" && (fills as number) > 0;
  for (let from = devnet.events.length; ; ) {
    const { batches } = await getBatches(client, { limit: 200 });
    const found = batches.find(({ fills, prove }) => fills > 0 && prove === null);
    if (found !== undefined) return found.number;
    from = devnet.events.indexOf(await devnet.until(isCut, from)) + 1;
  }
}

/** Checks against a running exchange that all that was acknowledged or cut is still so. */
async function checkNothingLost(client: Client): Promise<void> {
  for (const before of acknowledged) {
    const { settlement: _, ...now } = await getReceipt(client, { id: before.id });
    const { settlement: __, ...then } = before;
    assert.equal({ ...now, batch: then.batch, order: then.order }, then);
  }
  const { batches } = await getBatches(client, { limit: 200 });
  for (const [number, before] of seen) {
    const now = batches[number - 1]!;
    assert.equal(
      [now.preRoot, now.postRoot, now.wordCount],
      [before.preRoot, before.postRoot, before.wordCount],
    );
  }
  batches.forEach((batch, i) => {
    if (i > 0) assert.is(batch.preRoot, batches[i - 1]!.postRoot, `batch ${batch.number} follows`);
  });
}

interface Life {
  readonly devnet: DevnetProcess;
  readonly client: Client;
  readonly exchange: string;
}

const lives: DevnetProcess[] = [];

async function begin(...more: string[]): Promise<Life> {
  const devnet = new DevnetProcess(data, "--sequencers", "1", ...more);
  lives.push(devnet);
  const ready = await devnet.until(({ event }) => event === "ready");
  const [url, ...others] = ready.apis as string[];
  const client = createClient({ url: url!, others, retries: 0, timeoutMs: PATIENCE_MS });
  return { devnet, client, exchange: ready.exchange as string };
}

test("a first start comes up, and the sequencer killed while trading ends it with a named fault", async () => {
  const life = await begin();
  const { devnet } = life;
  await devnet.until(({ event, fills }) => event === "cut" && (fills as number) > 0);
  const session = await openOwnSession(life);
  await trade(session);
  const trading = tradeUntilGone(session, life);
  await sleep(randomInt(random, 0, MOMENTS_MS));
  devnet.kill9("sequencer");
  assert.is(await devnet.ended, 1, devnet.tail());
  await trading;
  const failed = devnet.events.at(-1)!;
  assert.is(failed.event, "failed");
  assert.match(String(failed.message), /sequencer ended: signal SIGKILL/);
});

test("the next start goes on; the prover killed in the middle of a proof ends it as well", async () => {
  const life = await begin();
  const { devnet, client } = life;
  await checkNothingLost(client);
  const trading = tradeUntilGone(await openOwnSession(life), life);
  await sleep(randomInt(random, 0, MOMENTS_MS));
  devnet.kill9("prover");
  assert.is(await devnet.ended, 1, devnet.tail());
  await trading;
  assert.match(String(devnet.events.at(-1)!.message), /prover ended: signal SIGKILL/);
});

test("a devnet killed itself leaves children; the next start ends them and goes on", async () => {
  const { devnet, client } = await begin();
  await checkNothingLost(client);
  await sleep(randomInt(random, 0, MOMENTS_MS));
  await noteBatches(client);
  devnet.signal("SIGKILL");
  await devnet.ended;
  const next = await begin();
  const note = next.devnet.events.find(({ event }) => event === "note");
  // The prover may have ended already, with nobody to report to.
  assert.match(String(note?.text), /ended what a killed devnet left: .*sequencer, chain/);
  await checkNothingLost(next.client);
  const second = new DevnetProcess(data, "--sequencers", "1");
  assert.is(await second.ended, 1);
  assert.is(second.events.at(-1)!.code, "FOLDER_IN_USE");
  firstUnsettled = await unsettledFills(next);
  // As under npm, which passes on what the terminal has sent already.
  next.devnet.signal("SIGINT");
  next.devnet.signal("SIGINT");
  assert.is(await next.devnet.ended, 0, next.devnet.tail());
});

test("what was traded before gets settled: --until-settled ends with 0 once a batch with fills is", async () => {
  const { devnet, client } = await begin("--until-settled", "1");
  await checkNothingLost(client);
  assert.is(await devnet.ended, 0, devnet.tail());
  const settled = devnet.events.find(({ event, fills }) => event === "settled" && (fills as number) > 0);
  assert.ok((settled?.batch as number) >= firstUnsettled, `batch ${settled?.batch}`);
});

test("on the chain every batch was committed and proven once, to the roots that the sequencer has", async () => {
  const manifest = JSON.parse(readFileSync(join(data, "devnet.json"), "utf8")) as { exchange: string };
  const anvil = await startAnvil({ stateFile: join(data, "chain/state.json") });
  const provider = await connectChain({ url: anvil.url });
  try {
    const contract = new ExchangeContract(manifest.exchange, provider);
    const events = await contract.events(0, "latest");
    const proven = events.filter((event) => event.name === "BatchProven");
    const committed = events.filter((event) => event.name === "BatchCommitted");
    const numbers = (list: readonly { number: number }[]) => list.map(({ number }) => number);
    assert.equal(
      numbers(proven),
      Array.from(proven, (_, i) => i + 1),
    );
    assert.equal(
      numbers(committed),
      Array.from(committed, (_, i) => i + 1),
    );
    for (const { number, root } of proven)
      if (seen.has(number)) assert.is(String(root), seen.get(number)!.postRoot, `batch ${number}`);
    assert.is((await contract.state()).provenRoot, proven.at(-1)!.root);
    assert.ok(proven.length >= firstUnsettled, "what an earlier life has cut is settled");
  } finally {
    provider.destroy();
    await anvil.stop();
  }
  // The prover was killed and asked again, yet no batch was handed in as proven twice.
  const log = readFileSync(join(data, "logs/prover.log"), "utf8");
  const jobs = [...log.matchAll(/^\{"event":"proven","job":(\d+)/gm)].map(([, job]) => Number(job));
  assert.is(new Set(jobs).size, jobs.length, `jobs ${jobs.join(", ")}`);
});

test.after(async () => {
  for (const devnet of lives) devnet.signal("SIGKILL");
  await endOrphans(join(data, "children.json"));
  rmSync(data, { recursive: true, force: true });
});

test.run();
