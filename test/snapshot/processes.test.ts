/**
 * Four validators as processes before a real EVM node that takes proofs. One of them loses its folder; when it is started
 * again it joins by a snapshot of what is proven by then, with none of the history before, is silent as long as it must be,
 * and then there is no quorum without it. Another one, which hears nobody any more while L1 goes on, ends by itself, and its
 * next start joins by a snapshot as well.
 */
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { ExitStatus } from "../../sequencer/node/exit-status.ts";
import { Database } from "../../sequencer/store/database.ts";
import { numbersOf } from "../../sequencer/store/space.ts";
import { tables } from "../../sequencer/store/tables.ts";
import { validatorTables } from "../../sequencer/validator/tables.ts";
import { getBatch, getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import type { TraderError } from "../../trader/sdk/trader-error.ts";
import { type TinyCircuit, tinyCircuit } from "../contracts/tiny-circuit.ts";
import { Random, testSeed } from "../generate/random.ts";
import { BusySet } from "../validator/busy-set.ts";
import { type NodeSet, ownerWallet, type SetNode } from "../validator/node-set.ts";

const SIZE = 4;
/** Batches are small: what counts here is how many somebody lies behind. */
const STEPS = 4;
const JOIN_BEHIND = 2;
/** Proven while the lost one is away. */
const PROVEN = 3;
/** Some times as long as a node takes for the blocks that it missed: one that fetches them is not taken for lost. */
const FAR_BEHIND_MS = 6_000;

const seed = testSeed("a lost folder");
const random = new Random(seed);
const test = suite("a validator that lost its folder");
let busy: BusySet;
let set: NodeSet;
let circuit: TinyCircuit;

test.before(async () => {
  circuit = await tinyCircuit();
  const settings = { circuit, steps: STEPS, joinBehind: JOIN_BEHIND, farBehindMs: FAR_BEHIND_MS };
  busy = await BusySet.start({ size: SIZE, traders: 1, seed, ...settings });
  set = busy.set;
});
test.after(() => busy?.close());

/** Proves on the contract itself, whatever is committed, up to a batch. */
async function proveUpTo(batch: number): Promise<void> {
  const contract = set.contract.connect(ownerWallet().connect(set.provider));
  await busy.reach(batch);
  for (let next = (await contract.state()).provenBatches + 1; next <= batch; next++) {
    const record = (await contract.recordOf(next, 0))!;
    const proof = await circuit.prove(record.commitment, record.challenge, record.evaluation);
    await contract.proveBatch({ record, proof, credits: [] });
  }
  await set.mine();
}

const cutBy = ({ client }: SetNode, batch: number): Promise<void> =>
  busy.tradeUntil(`batch ${batch} cut`, async () => (await getHealth(client)).batches.cut >= batch);

test("joins by a snapshot, and has the roots of all others", async () => {
  const { reads } = busy;
  const lost = random.below(SIZE);
  await busy.more(6);
  await set.kill(lost);
  reads.forget(lost);
  await rm(join(set.node(lost).folder, "data"), { recursive: true });
  const other = set.awake[0]!;
  const first = (await getHealth(other.client)).batches.cut + 1;
  await cutBy(other, first + PROVEN);
  const proven = first + PROVEN - 1;
  await proveUpTo(proven);
  await busy.more(4);
  await set.start(lost);
  const joined = set.node(lost);
  ok(
    joined.process!.lines.some(({ msg }) => msg === "joined by a snapshot of a proven batch"),
    `it executed everything instead, SEED=${seed}\n${set.complaints()}`,
  );
  const told = Math.max(...reads.acknowledged.values());
  await busy.until("the joined one as far as the others", async () => {
    const { status, reason, sequence } = await getHealth(joined.client);
    is(status, "running", reason ?? "");
    return sequence >= told;
  });
  const last = (await getHealth(joined.client)).batches.cut;
  for (let batch = proven + 1; batch <= last; batch++) {
    const theirs = await getBatch(other.client, { batch });
    is((await getBatch(joined.client, { batch })).postRoot, theirs.postRoot, `batch ${batch}, SEED=${seed}`);
  }
  const [id, sequence] = [...reads.acknowledged].reduce((a, b) => (a[1] < b[1] ? a : b));
  is((await getReceipt(other.client, { id })).sequence, sequence);
  const unknown = await getReceipt(joined.client, { id }).catch((error: TraderError) => error);
  equal((unknown as TraderError).reason, "beforeHistory");
  equal((unknown as TraderError).facts.firstBatch, proven + 1);
  // Then no quorum is without it: once it may sign again, where no earlier life of it can have.
  await busy.until("the end of its silence", async () =>
    /^proofbook_validator_silent 0$/m.test(await (await fetch(`${joined.client.url}/metrics`)).text()),
  );
  const away = set.awake.find(({ index }) => index !== lost && index !== other.index)!;
  const { batches } = await getHealth(away.client);
  const rest = set.nodes.filter((node) => node !== away).map(({ index }) => index);
  set.partition([away.index], rest);
  // Nobody asks it for anything.
  away.isPaused = true;
  await busy.more(6);
  await cutBy(other, batches.cut + JOIN_BEHIND + 1);
  await proveUpTo(batches.cut + JOIN_BEHIND + 1);
  await busy.endTrading();
  equal(reads.mistakes, [], `SEED=${seed}`);
  ok(reads.answeredElsewhere > 0, "no read was answered by another node");

  // Nobody hands it the blocks, and L1 goes on: it ends, and is started by whoever watches over it.
  is(await away.process!.ended, ExitStatus.farBehind, set.complaints());
  set.heal();
  away.isPaused = false;
  await set.start(away.index);
  ok(
    away.process!.lines.some(({ msg }) => msg === "joined by a snapshot of a proven batch"),
    `it fetched blocks, SEED=${seed}\n${set.complaints()}`,
  );
  const end = (await getHealth(other.client)).sequence;
  await busy.until("it is as far as the others", async () => (await getHealth(away.client)).sequence >= end);
  equal(await set.stopNodes(), [0, 0, 0, 0]);
  const [here, there] = await Promise.all([diskOf(joined.folder), diskOf(other.folder)]);
  ok(here.first > 1 && there.first === 1, "the joined one has the history of others");
  const least = Math.min(here.log.size, there.log.size);
  ok(least > 0);
  for (const [place, word] of here.log)
    if (there.log.has(place)) is(word, there.log.get(place), `place ${place}, SEED=${seed}`);
  for (const [height, block] of here.chain)
    if (there.chain.has(height)) is(block, there.chain.get(height), `block ${height}, SEED=${seed}`);
});

async function diskOf(folder: string) {
  const database = await Database.open(join(folder, "data"));
  try {
    const log = await database.list(tables.log);
    const blocks = await database.list(validatorTables.finalBlock);
    const numberOf = ({ key }: { key: string }): number => numbersOf(key)[0]!;
    return {
      first: numberOf(blocks[0]!),
      log: new Map(log.map((row) => [numberOf(row), row.value.word.toString(16)])),
      chain: new Map(blocks.map((row) => [numberOf(row), `${row.value.hash} ${row.value.stateDigest}`])),
    };
  } finally {
    await database.close();
  }
}

test.run();
