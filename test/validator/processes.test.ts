/**
 * Four validators as processes on real sockets and real disks, with traders who go on while nodes are killed, stopped,
 * started again, cut off from each other and fed garbage. What was acknowledged is on every node, in the same place; all
 * nodes hold the same chain; and the contract has the batches that all of them cut.
 */
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { Database } from "../../sequencer/store/database.ts";
import { tables } from "../../sequencer/store/tables.ts";
import { validatorTables } from "../../sequencer/validator/tables.ts";
import type { AccountSession } from "../../trader/sdk/account-session.ts";
import { getBatch, getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import { TraderError } from "../../trader/sdk/trader-error.ts";
import { Random, testSeed } from "../generate/random.ts";
import { feedGarbage } from "./garbage.ts";
import { NodeSet } from "./node-set.ts";
import { SetReads } from "./set-reads.ts";
import { openAccounts, trade } from "./set-traders.ts";
import { until } from "./until.ts";

const SIZE = 4;
const TRADERS = 2;
/** Acknowledged between two blows, so that the set is seen to go on. */
const BETWEEN = 6;

const seed = testSeed("four processes");
const random = new Random(seed);
const test = suite("four validators as processes");
let set: NodeSet;
let reads: SetReads;
let sessions: AccountSession[];
let isOver = false;
let trading: Promise<unknown>;
let failure: unknown = null;

test.before(async () => {
  set = await NodeSet.make(SIZE);
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
  set.heal();
  await set.close();
  await trading;
});

/** Waits until so many more requests were acknowledged. */
async function more(count: number): Promise<void> {
  const wanted = reads.acknowledged.size + count;
  await until(set, `${count} acknowledged requests`, () => {
    if (failure !== null) throw failure;
    return reads.acknowledged.size >= wanted;
  });
}

/** All nodes have executed what anybody was told of. */
async function caughtUp(): Promise<void> {
  const highest = Math.max(...reads.acknowledged.values());
  await until(set, `place ${highest} of the log at every node`, async () => {
    const healths = await Promise.all(set.nodes.map(({ client }) => getHealth(client)));
    for (const { status, reason } of healths) is(status, "running", reason ?? "");
    return healths.every(({ sequence }) => sequence >= highest);
  });
}

/** Acknowledged requests that were looked for at every node. */
let checked = 0;

/** What is new is looked for at every node, what was there before at one: in the end all logs are compared. */
async function nothingLost(): Promise<void> {
  // What is acknowledged from now on may still be on its way to other nodes.
  const acknowledged = [...reads.acknowledged];
  await caughtUp();
  for (const [place, [id, sequence]] of acknowledged.entries())
    for (const { client, index } of place < checked ? [random.pick(set.nodes)] : set.nodes)
      is((await getReceipt(client, { id })).sequence, sequence, `${id} at node ${index}, SEED=${seed}`);
  checked = acknowledged.length;
  equal(reads.mistakes, [], `SEED=${seed}`);
  ok(reads.answeredElsewhere > 0, "no read was answered by another node");
}

test("goes on while one after the other is killed or stopped, and loses nothing", async () => {
  const blows = random.shuffled(["kill", "kill", "stop", "stop"] as const);
  const victims = random.shuffled(set.nodes.map(({ index }) => index));
  for (const [i, blow] of blows.entries()) {
    const victim = victims[i % SIZE]!;
    await more(random.between(1, BETWEEN));
    if (blow === "kill") await set.kill(victim);
    else set.pause(victim);
    await more(BETWEEN);
    if (blow === "kill") await set.start(victim);
    else set.resume(victim);
    await caughtUp();
  }
  await nothingLost();
});

test("goes on where it was when all of them were killed at once", async () => {
  await more(random.between(1, BETWEEN));
  await Promise.all(set.nodes.map(({ index }) => set.kill(index)));
  await Promise.all(set.nodes.map(({ index }) => set.start(index)));
  await more(BETWEEN);
  await nothingLost();
});

test("orders nothing while it is split in halves, and everything once it is whole again", async () => {
  const [a, b, c, d] = random.shuffled(set.nodes.map(({ index }) => index)) as [
    number,
    number,
    number,
    number,
  ];
  set.partition([a, b], [c, d]);
  const before = reads.acknowledged.size;
  // What was on its way when the lines were cut may still be answered; after that nothing can be.
  const lost = await sessions[0]!.cancelAll().then(
    () => null,
    (error: unknown) => error,
  );
  ok(lost instanceof TraderError, `ordered without a quorum, SEED=${seed}`);
  ok(reads.acknowledged.size <= before + TRADERS, `SEED=${seed}`);
  set.heal();
  await more(BETWEEN);
  // One alone: the others go on, and it catches up.
  set.partition([a], [b, c, d]);
  await more(BETWEEN);
  set.heal();
  await nothingLost();
});

test("a node that is fed garbage stays up, and the set goes on", async () => {
  const victim = random.pick(set.nodes);
  const garbage = feedGarbage([victim.meshPort, victim.apiPort], new Random(seed + 2));
  try {
    await more(BETWEEN);
    await until(set, "a hundred connections full of garbage", () => garbage.made >= 100);
  } finally {
    garbage.end();
  }
  is((await getHealth(victim.client)).status, "running");
  await more(BETWEEN);
  await nothingLost();
});

test("the contract has the batches that every node cut, by signatures of a quorum", async () => {
  const cut = Math.min(...(await batchesCut()));
  ok(cut > 0, "nothing was cut");
  await until(set, `batch ${cut} on the chain`, async () => {
    await set.mine();
    return (await set.contract.state()).committedBatches >= cut;
  });
  const { committedBatches, committedRoot } = await set.contract.state();
  await until(set, `batch ${committedBatches} at every node`, async () =>
    (await batchesCut()).every((number) => number >= committedBatches),
  );
  for (const { client, index } of set.nodes) {
    const { postRoot } = await getBatch(client, { batch: committedBatches });
    is(postRoot, String(committedRoot), `node ${index}, SEED=${seed}`);
  }
});

const batchesCut = async (): Promise<number[]> =>
  (await Promise.all(set.nodes.map(({ client }) => getHealth(client)))).map(({ batches }) => batches.cut);

test("all of them stop when asked, with the same chain and the same log on their disks", async () => {
  isOver = true;
  await trading;
  is(failure, null);
  equal(await set.stopNodes(), [0, 0, 0, 0]);
  const disks = await Promise.all(set.nodes.map(({ folder }) => diskOf(`${folder}/data`)));
  for (const name of ["chain", "log", "batches"] as const) {
    const least = Math.min(...disks.map((disk) => disk[name].length));
    ok(least > 0, name);
    for (const [index, disk] of disks.entries())
      equal(
        disk[name].slice(0, least),
        disks[0]![name].slice(0, least),
        `${name} of node ${index}, SEED=${seed}`,
      );
  }
});

interface Disk {
  readonly chain: readonly string[];
  readonly log: readonly string[];
  readonly batches: readonly string[];
}

async function diskOf(path: string): Promise<Disk> {
  const database = await Database.open(path);
  try {
    const blocks = await database.list(validatorTables.finalBlock);
    const log = await database.list(tables.log);
    const batches = await database.list(tables.batch);
    return {
      chain: blocks.map(({ value }) => `${value.hash} ${value.stateDigest}`),
      log: log.map(({ value }) => value.word.toString(16)),
      batches: batches.map(({ value }) => `${value.header.postRoot} ${value.commitment}`),
    };
  } finally {
    await database.close();
  }
}

test.run();
