/**
 * The whole line with real circuits and proofs, at small dimensions and with one sequencer (set.test.ts has four): traders
 * trade, batches are settled, a withdrawal is paid out, and whatever is killed at whatever moment, the next start goes on
 * with nothing lost and nothing done twice. A start costs as much as a third of a proof, so each life dies in another way.
 */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { HDNodeWallet } from "ethers";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { startAnvil } from "../../sequencer/chain/anvil.ts";
import type { Quanta } from "../../sequencer/exchange/state.ts";
import { DevWallet, devWallet } from "../../trader/devnet/dev-wallet.ts";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import { endOrphans } from "../../trader/devnet/orphans.ts";
import { randomInt, seededRandom } from "../../trader/devnet/random.ts";
import { type AccountSession, openSession } from "../../trader/sdk/account-session.ts";
import { claim } from "../../trader/sdk/claim.ts";
import { type Client, createClient } from "../../trader/sdk/client.ts";
import { getCollateral } from "../../trader/sdk/collateral.ts";
import { connectChain } from "../../trader/sdk/connect-chain.ts";
import { deriveKey } from "../../trader/sdk/derive-key.ts";
import { getAccountsByOwner, getBatches, getReceipt } from "../../trader/sdk/reads.ts";
import type { BatchInfo, Receipt } from "../../trader/sdk/replies.ts";
import { ExchangeContract } from "../../verifier-contracts/exchange.ts";
import { errorOf } from "../trader/error-of.ts";
import { type DevnetEventLine, DevnetProcess, TAKER } from "./devnet-process.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`devnet: SEED=${SEED}`);
const random = seededRandom(SEED);
/** Between a test's own orders. */
const REST_MS = 4_000;
/** A child is killed at any moment of so many. */
const MOMENTS_MS = 2_000;
/** The prover, so long after its proof has begun: it takes several times as long. */
const PROOF_MOMENTS_MS = 1_000;
const LOOK_MS = 100;
/** No round number, of more than 32 bits. */
const WITHDRAWN = 12_345_678_901n;
/** One that was killed is gone for good: its life is over. */
const RECEIPT_WAIT_MS = 500;
/** An answer may take long where a proof takes the whole machine; one that is killed breaks its connections. */
const PATIENCE_MS = 60_000;
const data = mkdtempSync(join(tmpdir(), "proofbook-devnet-"));

/** What the exchange acknowledged, in all lives. */
const acknowledged: Receipt[] = [];
/** Batches as they were seen cut. */
const seen = new Map<number, BatchInfo>();
/** The batch that has the withdrawal, and those with fills that are to be settled until it is settled as well. */
let withdrawal: { readonly id: string; readonly batch: number; readonly fills: number };

async function noteBatches(client: Client): Promise<void> {
  const { batches } = await getBatches(client, { limit: 200 });
  for (const batch of batches) seen.set(batch.number, batch);
}

const taker = devWallet(DevWallet.firstTrader + TAKER);

/** A session of the taker's account, beside the devnet's own. The devnet opens the account with the SDK as well. */
async function openOwnSession({ client, exchange }: Life): Promise<AccountSession> {
  const key = await deriveKey({ wallet: taker, chainId: 31337n, exchange, purpose: "owner" });
  for (;;) {
    const [account] = await getAccountsByOwner(client, { keyHash: key.hash });
    if (account !== undefined) return await openSession({ client, account, key });
    await sleep(LOOK_MS);
  }
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

/** Looks where the withdrawal went. The first batch with fills that is not before it settles it. */
async function findWithdrawal(client: Client, id: string): Promise<typeof withdrawal> {
  const { batch, outcome } = await getReceipt(client, { id });
  assert.is(outcome, "accepted");
  const { batches } = await getBatches(client, { limit: 200 });
  const before = batches.filter(({ number, fills, prove }) => number < batch && fills > 0 && prove === null);
  return { id, batch, fills: before.length + 1 };
}

const proverLog = (): string => readFileSync(join(data, "logs/prover.log"), "utf8");

/** What the prover of this life has told, by its log from there on. */
const proverEvents = (from: number): DevnetEventLine[] =>
  proverLog()
    .slice(from)
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as DevnetEventLine);

/** Besides them it tells of its troubles with a busy node. */
const MILESTONES = new Set(["leased", "stage", "proven", "alreadyProven", "released", "failed", "noJob"]);

/** A proof is under way. */
const isProving = (from: number): boolean => {
  const last = proverEvents(from).findLast(({ event }) => MILESTONES.has(event));
  return last?.event === "stage" && last.stage === "proof";
};

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
  const patience = { timeoutMs: PATIENCE_MS, receiptWaitMs: RECEIPT_WAIT_MS };
  const client = createClient({ url: url!, others, retries: 0, ...patience });
  return { devnet, client, exchange: ready.exchange as string };
}

test("a first start comes up, and the sequencer killed while trading ends it with a named fault", async () => {
  const life = await begin();
  const { devnet } = life;
  // Before the first fills, in a batch that is proven anyway.
  const session = await openOwnSession(life);
  const receipt = await session.withdraw({ quanta: WITHDRAWN as Quanta });
  acknowledged.push(receipt);
  withdrawal = { id: receipt.id, batch: receipt.batch, fills: 1 };
  await devnet.until(({ event, fills }) => event === "cut" && (fills as number) > 0);
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

test("the next start goes on; prover and sequencer killed in the middle of a proof end it as well", async () => {
  const from = proverLog().length;
  const life = await begin();
  const { devnet, client } = life;
  await checkNothingLost(client);
  const trading = tradeUntilGone(await openOwnSession(life), life);
  while (!isProving(from)) {
    assert.not(devnet.isOver, devnet.tail());
    await sleep(LOOK_MS);
  }
  await sleep(randomInt(random, 0, PROOF_MOMENTS_MS));
  assert.ok(isProving(from), `SEED=${SEED}`);
  const victims = random() < 0.5 ? ["prover", "sequencer"] : ["sequencer", "prover"];
  for (const name of victims) devnet.kill9(name);
  assert.is(await devnet.ended, 1, devnet.tail());
  await trading;
  assert.match(String(devnet.events.at(-1)!.message), /(prover|sequencer) ended: signal SIGKILL/);
});

let last: Life;

test("a devnet killed itself leaves children, perhaps without the sequencer; the next start ends them and goes on", async () => {
  const life = await begin();
  const { devnet, client } = life;
  await checkNothingLost(client);
  withdrawal = await findWithdrawal(client, withdrawal.id);
  const trading = tradeUntilGone(await openOwnSession(life), life);
  await sleep(randomInt(random, 0, MOMENTS_MS));
  devnet.signal("SIGKILL");
  await devnet.ended;
  const isOrphan = random() < 0.5;
  await sleep(randomInt(random, 0, MOMENTS_MS));
  if (!isOrphan) devnet.kill9("sequencer");
  await trading;
  last = await begin("--until-settled", String(withdrawal.fills));
  const note = last.devnet.events.find(({ event }) => event === "note");
  // The prover may have ended already, with nobody to report to.
  const left = isOrphan ? /ended what a killed devnet left: .*sequencer, chain/ : /devnet left: .*chain/;
  assert.match(String(note?.text), left, `SEED=${SEED}`);
  await checkNothingLost(last.client);
  const second = new DevnetProcess(data, "--sequencers", "1");
  assert.is(await second.ended, 1);
  assert.is(second.events.at(-1)!.code, "FOLDER_IN_USE");
});

test("what was traded before gets settled: --until-settled ends with 0 once batches with fills are", async () => {
  const { devnet } = last;
  assert.is(await devnet.ended, 0, devnet.tail());
  const settled = devnet.events.findLast(({ event, fills }) => event === "settled" && (fills as number) > 0);
  assert.ok((settled?.batch as number) >= withdrawal.batch, `batch ${settled?.batch}`);
});

/** What the exchange's own circuit has proven is claimed once: the owner has just that much more. */
async function checkPaid(exchange: string, signer: HDNodeWallet): Promise<void> {
  const account = 1 + TAKER;
  const balance = async () =>
    (await getCollateral({ exchange, runner: signer, holder: signer.address })).balance;
  const before = await balance();
  const { quanta } = await claim({ exchange, signer, account });
  assert.is(quanta, WITHDRAWN);
  assert.is(await balance(), before + WITHDRAWN);
  const again = await errorOf(claim({ exchange, signer, account }));
  assert.equal([again.code, again.reason], ["CONTRACT_REFUSED", "NothingToClaim"]);
}

test("on the chain every batch was committed and proven once, to the roots that the sequencer has; the withdrawal is paid", async () => {
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
    assert.ok(proven.length >= withdrawal.batch, "what an earlier life has cut is settled");
    await checkPaid(manifest.exchange, taker.connect(provider));
  } finally {
    provider.destroy();
    await anvil.stop();
  }
  // The prover was killed and asked again, yet no batch was handed in as proven twice.
  const jobs = [...proverLog().matchAll(/^\{"event":"proven","job":(\d+)/gm)].map(([, job]) => Number(job));
  assert.is(new Set(jobs).size, jobs.length, `jobs ${jobs.join(", ")}`);
});

test.after(async () => {
  for (const devnet of lives) devnet.signal("SIGKILL");
  await endOrphans(join(data, "children.json"));
  rmSync(data, { recursive: true, force: true });
});

test.run();
