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
import type { AccountSession } from "../../trader/sdk/account-session.ts";
import { getBatch, getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import type { TraderError } from "../../trader/sdk/trader-error.ts";
import { type TinyCircuit, tinyCircuit } from "../contracts/tiny-circuit.ts";
import { Random, testSeed } from "../generate/random.ts";
import { NodeSet, ownerWallet } from "../validator/node-set.ts";
import { SetReads } from "../validator/set-reads.ts";
import { openAccounts, trade } from "../validator/set-traders.ts";
import { until } from "../validator/until.ts";

const SIZE = 4;
const TRADERS = 2;
const JOIN_BEHIND = 2;
/** Proven while the lost one is away. */
const PROVEN = 3;

const seed = testSeed("a lost folder");
const random = new Random(seed);
const test = suite("a validator that lost its folder");
let set: NodeSet;
let circuit: TinyCircuit;
let reads: SetReads;
let sessions: AccountSession[];
let isOver = false;
let trading: Promise<unknown> = Promise.resolve();
let failure: unknown = null;

test.before(async () => {
  circuit = await tinyCircuit();
  set = await NodeSet.make(SIZE, { circuit, joinBehind: JOIN_BEHIND });
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  reads = new SetReads(set, new Random(seed + 1));
  sessions = await openAccounts(set, reads, TRADERS);
  trading = Promise.all(
    sessions.map((session, i) => trade(session, new Random(seed + 10 + i), () => isOver)),
  ).catch((error: unknown) => {
    failure = error;
  });
});
test.after(async () => {
  isOver = true;
  await set.close();
  await trading;
});

async function more(count: number): Promise<void> {
  const wanted = reads.acknowledged.size + count;
  await until(set, `${count} acknowledged requests`, () => {
    if (failure !== null) throw failure;
    return reads.acknowledged.size >= wanted;
  });
}

/** Proves on the contract itself, whatever is committed, up to a batch. */
async function proveUpTo(batch: number): Promise<void> {
  const contract = set.contract.connect(ownerWallet().connect(set.provider));
  const isCommitted = async (): Promise<boolean> => {
    await set.mine();
    return (await contract.state()).committedBatches >= batch;
  };
  await until(set, `batch ${batch} on the chain`, isCommitted);
  for (let next = (await contract.state()).provenBatches + 1; next <= batch; next++) {
    const record = (await contract.recordOf(next, 0))!;
    const proof = await circuit.prove(record.commitment, record.challenge, record.evaluation);
    await contract.proveBatch({ record, proof, credits: [] });
  }
  await set.mine();
}

test("joins by a snapshot, and has the roots of all others", async () => {
  const lost = random.below(SIZE);
  await more(6);
  await set.kill(lost);
  reads.forget(lost);
  await rm(join(set.node(lost).folder, "data"), { recursive: true });
  const other = set.awake[0]!;
  const first = (await getHealth(other.client)).batches.cut + 1;
  await until(set, "some batches more", async () => {
    if (failure !== null) throw failure;
    return (await getHealth(other.client)).batches.cut >= first + PROVEN;
  });
  const proven = first + PROVEN - 1;
  await proveUpTo(proven);
  await more(4);
  await set.start(lost);
  const joined = set.node(lost);
  ok(
    joined.process!.lines.some(({ msg }) => msg === "joined by a snapshot of a proven batch"),
    `it executed everything instead, SEED=${seed}\n${set.complaints()}`,
  );
  const told = Math.max(...reads.acknowledged.values());
  await until(set, "the joined one as far as the others", async () => {
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
  await until(set, "the end of its silence", async () =>
    /^proofbook_validator_silent 0$/m.test(await (await fetch(`${joined.client.url}/metrics`)).text()),
  );
  const away = set.awake.find(({ index }) => index !== lost && index !== other.index)!;
  const { batches } = await getHealth(away.client);
  const rest = set.nodes.filter((node) => node !== away).map(({ index }) => index);
  set.partition([away.index], rest);
  // Nobody asks it for anything.
  away.isPaused = true;
  await more(6);
  await until(set, "two batches that it lacks", async () => {
    if (failure !== null) throw failure;
    return (await getHealth(other.client)).batches.cut >= batches.cut + JOIN_BEHIND + 1;
  });
  await proveUpTo(batches.cut + JOIN_BEHIND + 1);
  isOver = true;
  await trading;
  is(failure, null);
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
  await until(set, "it is as far as the others", async () => (await getHealth(away.client)).sequence >= end);
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
