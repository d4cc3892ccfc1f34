/**
 * `npm start` as it is by default, at small dimensions: four sequencers order together. One that is killed stops nobody,
 * all killed at once come back with all that was acknowledged, and batches are settled with a quorum's signatures.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { test } from "uvu";
import * as assert from "uvu/assert";
import { Database } from "../../sequencer/store/database.ts";
import { FIRST_REGISTRY_EPOCH } from "../../sequencer/validator/registry-book.ts";
import { separatorOf } from "../../sequencer/validator/set-config.ts";
import { DevWallet, devWallet } from "../../trader/devnet/dev-wallet.ts";
import { DEVNET_MARKETS } from "../../trader/devnet/devnet-markets.ts";
import { pathsOf, readManifest } from "../../trader/devnet/folder.ts";
import { endOrphans } from "../../trader/devnet/orphans.ts";
import { randomInt, seededRandom } from "../../trader/devnet/random.ts";
import { type AccountSession, openSession } from "../../trader/sdk/account-session.ts";
import { createClient } from "../../trader/sdk/client.ts";
import { deriveKey } from "../../trader/sdk/derive-key.ts";
import { getReceipt } from "../../trader/sdk/reads.ts";
import type { Receipt } from "../../trader/sdk/replies.ts";
import { readSeedChain } from "../validator/seed-chain.ts";
import { DevnetProcess, TAKER } from "./devnet-process.ts";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 2 ** 31));
console.log(`a devnet's set: SEED=${SEED}`);
const random = seededRandom(SEED);
const SEQUENCERS = 4;
/** A start of all takes its time where a proof takes the whole machine. */
const PATIENCE_MS = 120_000;
const data = mkdtempSync(join(tmpdir(), "proofbook-devnet-"));
const devnet = new DevnetProcess(data);
const acknowledged: Receipt[] = [];

const ready = await devnet.until(({ event }) => event === "ready");
const [url, ...others] = ready.apis as string[];
const client = createClient({ url: url!, others, retries: 0, timeoutMs: PATIENCE_MS });
let session: AccountSession;

async function openOwnSession(): Promise<AccountSession> {
  const wallet = devWallet(DevWallet.firstTrader + TAKER);
  const exchange = ready.exchange as string;
  const key = await deriveKey({ wallet, chainId: 31337n, exchange, purpose: "owner" });
  return await openSession({ client, account: 1 + TAKER, key });
}

/** An order far from the market, and its cancellation, as soon as somebody takes it. */
async function trade(): Promise<void> {
  const units = DEVNET_MARKETS[0]!;
  for (const startedMs = Date.now(); ; await sleep(500))
    try {
      session ??= await openOwnSession();
      const { receipt, slot } = await session.place({ units, side: "buy", price: "50000", size: "0.01" });
      acknowledged.push(receipt, await session.cancel({ slot }));
      return;
    } catch (error) {
      if (Date.now() - startedMs > PATIENCE_MS) throw error;
    }
}

async function checkNothingLost(): Promise<void> {
  for (const { id, sequence, outcome } of acknowledged) {
    const now = await getReceipt(client, { id });
    assert.equal([now.sequence, now.outcome], [sequence, outcome], `${id}, SEED=${SEED}`);
  }
}

/** Waits until the devnet has told that it starts these again. */
async function started(indices: readonly number[], from: number): Promise<void> {
  for (const index of indices) {
    const ended = `sequencer-${index} ended: signal SIGKILL`;
    await devnet.until(({ event, text }) => event === "note" && String(text).startsWith(ended), from);
  }
}

test("four sequencers come up, and traders trade", async () => {
  assert.is((ready.apis as string[]).length, SEQUENCERS);
  await devnet.until(({ event, fills }) => event === "cut" && (fills as number) > 0);
  await trade();
});

let from: number;

test("one that is killed stops nobody, and is started again", async () => {
  from = devnet.events.length;
  const killed = randomInt(random, 0, SEQUENCERS - 1);
  devnet.kill9(`sequencer-${killed}`);
  await trade();
  await started([killed], from);
  await checkNothingLost();
});

test("all killed at once come back with all that was acknowledged", async () => {
  await sleep(randomInt(random, 0, 3_000));
  const all = Array.from({ length: SEQUENCERS }, (_, i) => i);
  // The one that was killed before may not be back yet.
  for (const index of all) devnet.kill9IfThere(`sequencer-${index}`);
  await started(all, from);
  await trade();
  await checkNothingLost();
});

test("a batch is settled, and Ctrl-C ends it in order", async () => {
  await devnet.until(({ event }) => event === "settled");
  devnet.signal("SIGINT");
  assert.is(await devnet.ended, 0, devnet.tail());
});

test("each block's seed was moved on by its leader's own key: by all four, the same on every disk", async () => {
  const paths = pathsOf(data);
  const { validators } = (await readManifest(paths))!;
  const first = { epoch: FIRST_REGISTRY_EPOCH, validators: validators.map(({ address }) => address) };
  const separator = separatorOf({ chainId: 31337n, exchange: ready.exchange as string });
  const known = new Map<number, string>();
  for (let index = 0; index < SEQUENCERS; index++) {
    const database = await Database.open(paths.node(index).data);
    const { seeds, leaders } = await readSeedChain(database, separator, first).finally(() =>
      database.close(),
    );
    assert.equal([...leaders.get(FIRST_REGISTRY_EPOCH)!].sort(), [...first.validators].sort());
    assert.is(new Set(seeds.values()).size, seeds.size);
    for (const [height, seed] of seeds) {
      assert.is(seed, known.get(height) ?? seed, `height ${height}, SEED=${SEED}`);
      known.set(height, seed);
    }
  }
});

test.after(async () => {
  devnet.signal("SIGKILL");
  await endOrphans(join(data, "children.json"));
  rmSync(data, { recursive: true, force: true });
});

test.run();
