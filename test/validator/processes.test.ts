/**
 * Four validators as processes on real sockets and real disks, before a real EVM node that takes proofs, with traders who go
 * on while nodes are killed, stopped, started again, cut off from each other and fed garbage, while their operators take
 * batches back, and while one loses its folder and another one falls behind for good: both join by a snapshot of what is
 * proven. What was acknowledged is on every node, in the same place; all nodes hold the same chain; and the contract has the
 * batches that all of them cut.
 */
import { rm } from "node:fs/promises";
import { suite } from "uvu";
import { equal, is, ok } from "uvu/assert";
import { ExitStatus } from "../../sequencer/node/exit-status.ts";
import { getBatch, getHealth, getReceipt } from "../../trader/sdk/reads.ts";
import { TraderError } from "../../trader/sdk/trader-error.ts";
import { type TinyCircuit, tinyCircuit } from "../contracts/tiny-circuit.ts";
import { Random, testSeed } from "../generate/random.ts";
import { BusySet } from "./busy-set.ts";
import { diskOf } from "./disk.ts";
import { feedGarbage } from "./garbage.ts";
import { type NodeSet, ownerWallet, type SetNode } from "./node-set.ts";
import { commitments, revertFrom } from "./operators.ts";

const SIZE = 4;
const TRADERS = 2;
/** Acknowledged between two blows, so that the set is seen to go on. */
const BETWEEN = 3;
/** Batches that are taken back at once, at least. */
const REVERTED = 2;
/** Batches behind what is proven that make a node join by a snapshot. */
const JOIN_BEHIND = 2;
/** Some times as long as a node takes for the blocks that it missed: one that fetches them is not taken for lost. */
const FAR_BEHIND_MS = 6_000;
const JOINED = "joined by a snapshot of a proven batch";

const seed = testSeed("four processes");
const random = new Random(seed);
const test = suite("four validators as processes");
let busy: BusySet;
let set: NodeSet;
let circuit: TinyCircuit;
/** Lost its folder. */
let joined: SetNode;

test.before(async () => {
  circuit = await tinyCircuit();
  const settings = { circuit, joinBehind: JOIN_BEHIND, farBehindMs: FAR_BEHIND_MS };
  // Batches can be taken back where a registry names the set.
  busy = await BusySet.start({ size: SIZE, traders: TRADERS, seed, stake: true, ...settings });
  set = busy.set;
});
test.after(() => busy?.close());

const indices = (): number[] => set.nodes.map(({ index }) => index);

test("goes on while one after the other is killed or stopped, and loses nothing", async () => {
  const blows = random.shuffled(["kill", "stop", "stop"] as const);
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

const hasJoined = ({ process }: SetNode): boolean => process!.lines.some(({ msg }) => msg === JOINED);

test("one that lost its folder joins by a snapshot, with the roots of all others and none of the history before", async () => {
  joined = random.pick(set.nodes);
  await set.kill(joined.index);
  busy.reads.forget(joined.index);
  await rm(`${joined.folder}/data`, { recursive: true });
  const other = set.awake[0]!;
  const proven = await busy.committed();
  ok(proven >= JOIN_BEHIND);
  await proveUpTo(proven);
  await busy.more(BETWEEN);
  await set.start(joined.index);
  ok(hasJoined(joined), `it executed everything instead, SEED=${seed}\n${set.complaints()}`);
  await busy.caughtUp();
  const last = (await getHealth(joined.client)).batches.cut;
  for (let batch = proven + 1; batch <= last; batch++) {
    const theirs = await getBatch(other.client, { batch });
    is((await getBatch(joined.client, { batch })).postRoot, theirs.postRoot, `batch ${batch}, SEED=${seed}`);
  }
  const [id, sequence] = [...busy.reads.acknowledged].reduce((a, b) => (a[1] < b[1] ? a : b));
  is((await getReceipt(other.client, { id })).sequence, sequence);
  const unknown = await getReceipt(joined.client, { id }).catch((error: TraderError) => error);
  equal((unknown as TraderError).reason, "beforeHistory");
  equal((unknown as TraderError).facts.firstBatch, proven + 1);
  await busy.until("the end of its silence", async () =>
    /^proofbook_validator_silent 0$/m.test(await (await fetch(`${joined.client.url}/metrics`)).text()),
  );
});

test("one that hears nobody while L1 goes on ends by itself, and its next start joins by a snapshot", async () => {
  const [away, ...others] = random.shuffled(set.nodes.filter((node) => node !== joined));
  const rest = [joined, ...others].map(({ index }) => index);
  set.partition([away!.index], rest);
  // Nobody asks it for anything. And no quorum is without the one that joined.
  away!.isPaused = true;
  await busy.more(BETWEEN);
  // One that was cut may have reached it after it was asked.
  await proveUpTo(Math.max(...(await batchesCut())) + 1 + JOIN_BEHIND);
  is(await away!.process!.ended, ExitStatus.farBehind, set.complaints());
  set.heal();
  away!.isPaused = false;
  await set.start(away!.index);
  ok(hasJoined(away!), `it fetched blocks, SEED=${seed}\n${set.complaints()}`);
  await busy.caughtUp();
  equal(busy.reads.mistakes, [], `SEED=${seed}`);
});

test("all of them stop when asked, with the same chain and the same log on their disks", async () => {
  await busy.endTrading();
  equal(await set.stopNodes(), [0, 0, 0, 0]);
  const disks = await Promise.all(set.nodes.map(({ folder }) => diskOf(`${folder}/data`)));
  ok(!disks[joined.index]!.chain.has(1), "who lost its folder has the history of others");
  const whole = disks.find(({ chain }) => chain.has(1))!;
  for (const name of ["chain", "log", "batches"] as const)
    for (const [index, disk] of disks.entries()) {
      const common = [...disk[name]].filter(([number]) => whole[name].has(number));
      ok(common.length > 0, `${name} of node ${index}`);
      for (const [number, here] of common)
        is(here, whole[name].get(number), `${name} ${number} of node ${index}, SEED=${seed}`);
    }
});

test.run();
