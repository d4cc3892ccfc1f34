/**
 * Four validators as processes on real sockets and real disks, with traders who go on while nodes are killed, stopped,
 * started again, cut off from each other and fed garbage, and while their operators take batches back. What was
 * acknowledged is on every node, in the same place; all nodes hold the same chain; and the contract has the batches that all
 * of them cut.
 */
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { Database } from "../../sequencer/store/database.ts";
import { tables } from "../../sequencer/store/tables.ts";
import { validatorTables } from "../../sequencer/validator/tables.ts";
import { getBatch, getHealth } from "../../trader/sdk/reads.ts";
import { TraderError } from "../../trader/sdk/trader-error.ts";
import { Random, testSeed } from "../generate/random.ts";
import { BusySet } from "./busy-set.ts";
import { feedGarbage } from "./garbage.ts";
import type { NodeSet } from "./node-set.ts";
import { commitments, revertFrom } from "./operators.ts";

const SIZE = 4;
const TRADERS = 2;
/** Acknowledged between two blows, so that the set is seen to go on. */
const BETWEEN = 4;
/** Batches that are taken back at once, at least. */
const REVERTED = 2;

const seed = testSeed("four processes");
const random = new Random(seed);
const test = suite("four validators as processes");
let busy: BusySet;
let set: NodeSet;

test.before(async () => {
  // Batches can be taken back where a registry names the set.
  busy = await BusySet.start({ size: SIZE, traders: TRADERS, seed, stake: true });
  set = busy.set;
});
test.after(() => busy?.close());

const indices = (): number[] => set.nodes.map(({ index }) => index);

test("goes on while one after the other is killed or stopped, and loses nothing", async () => {
  const blows = random.shuffled(["kill", "kill", "stop", "stop"] as const);
  const victims = random.shuffled(indices());
  for (const [i, blow] of blows.entries()) {
    const victim = victims[i % SIZE]!;
    await busy.more(random.between(1, BETWEEN));
    if (blow === "kill") await set.kill(victim);
    else set.pause(victim);
    await busy.more(BETWEEN);
    if (blow === "kill") await set.start(victim);
    else set.resume(victim);
    await busy.caughtUp();
  }
  await busy.nothingLost();
});

test("goes on where it was when all of them were killed at once", async () => {
  await busy.more(random.between(1, BETWEEN));
  await Promise.all(indices().map((index) => set.kill(index)));
  await Promise.all(indices().map((index) => set.start(index)));
  await busy.more(BETWEEN);
  await busy.nothingLost();
});

test("orders nothing while it is split in halves, and everything once it is whole again", async () => {
  const [a, b, c, d] = random.shuffled(indices()) as [number, number, number, number];
  set.partition([a, b], [c, d]);
  const before = busy.reads.acknowledged.size;
  // What was on its way when the lines were cut may still be answered; after that nothing can be.
  const lost = await busy.sessions[0]!.cancelAll().then(
    () => null,
    (error: unknown) => error,
  );
  ok(lost instanceof TraderError, `ordered without a quorum, SEED=${seed}`);
  ok(busy.reads.acknowledged.size <= before + TRADERS, `SEED=${seed}`);
  set.heal();
  await busy.more(BETWEEN);
  // One alone: the others go on, and it catches up.
  set.partition([a], [b, c, d]);
  await busy.more(BETWEEN);
  set.heal();
  await busy.nothingLost();
});

test("a node that is fed garbage stays up, and the set goes on", async () => {
  const victim = random.pick(set.nodes);
  const garbage = feedGarbage([victim.meshPort, victim.apiPort], new Random(seed + 2));
  try {
    await busy.more(BETWEEN);
    await busy.until("a hundred connections full of garbage", () => garbage.made >= 100);
  } finally {
    garbage.end();
  }
  is((await getHealth(victim.client)).status, "running");
  await busy.more(BETWEEN);
  await busy.nothingLost();
});

test("batches that are taken back are committed again: the same words, also by a node that was down meanwhile", async () => {
  const [away, gone, ...others] = random.shuffled(indices()) as [number, number, number, number];
  await busy.reach(REVERTED + 1);
  await set.kill(away);
  const first = (await busy.committed()) - REVERTED + 1;
  const { from, to } = await revertFrom(set, first, [gone, ...others]);
  is(from, first);
  ok(to >= from + REVERTED - 1);
  await busy.reach(to);
  for (let number = from; number <= to; number++) {
    const [before, after] = await commitments(set, number);
    is(after!.commitment, before!.commitment);
    is(after!.postRoot, before!.postRoot);
    is.not(after!.digest, before!.digest);
  }
  is((await commitments(set, from - 1)).length, 1);
  // Now no quorum is without the one that was down.
  await set.start(away);
  await set.kill(gone);
  await busy.reach((await busy.committed()) + 2);
  for (const { index, client } of set.awake) {
    const { status, reason } = await getHealth(client);
    is(status, "running", `node ${index}: ${reason}`);
    const faults = set.node(index).process!.lines.filter(({ msg }) => msg === "the chain side has stopped");
    equal(faults, []);
  }
  await set.start(gone);
  await busy.nothingLost();
});

test("the contract has the batches that every node cut, by signatures of a quorum", async () => {
  const cut = Math.min(...(await batchesCut()));
  ok(cut > 0, "nothing was cut");
  await busy.until(`batch ${cut} on the chain`, async () => (await busy.committed()) >= cut);
  const { committedBatches, committedRoot } = await set.contract.state();
  await busy.until(`batch ${committedBatches} at every node`, async () =>
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
  await busy.endTrading();
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
